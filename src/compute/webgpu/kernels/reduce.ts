// Values of all lanes of a workgroup brought together. Subgroups (where the GPU has them) add without barriers; that their lanes lie
// side by side in the workgroup is tried out before they are used: ../subgroup-probe.ts.
import { WORKGROUP_SIZE } from '../kernel.ts'
import type { KernelPaths } from '../kernel-paths.ts'

/** How the values are brought together: the operator of two, and the subgroup's function. */
const ways = {
  summed: { join: (a: string, b: string) => `${a} + ${b}`, subgroup: 'subgroupAdd' },
  highest: { join: (a: string, b: string) => `max(${a}, ${b})`, subgroup: 'subgroupMax' },
} as const

/** WGSL of `fn summed(lane, value) -> f32` or `fn highest(…)`: of every lane's value, for all lanes; a barrier for the whole workgroup. */
export function reducedWgsl(way: keyof typeof ways, { subgroups }: KernelPaths): string {
  const { join, subgroup } = ways[way]
  const all = `${way}Values`
  const plain = `
      ${all}[lane] = value;
      workgroupBarrier();
      for (var half = ${WORKGROUP_SIZE / 2}; half > 0; half /= 2) {
        if (lane < half) { ${all}[lane] = ${join(`${all}[lane]`, `${all}[lane + half]`)}; }
        workgroupBarrier();
      }
      return ${all}[0];`
  const bySubgroups = `
      let size = subgroupAdd(1);
      ${all}[lane] = ${subgroup}(value);
      workgroupBarrier();
      var found = ${all}[0];
      for (var first = size; first < ${WORKGROUP_SIZE}; first += size) { found = ${join('found', `${all}[first]`)}; }
      return found;`
  return `
    var<workgroup> ${all} : array<f32, ${WORKGROUP_SIZE}>;
    fn ${way}(lane : i32, value : f32) -> f32 {
      workgroupBarrier();
      ${subgroups ? bySubgroups : plain}
    }`
}

/** The end of the name of a kernel that brings lanes together: its text depends on this path. */
export function lanesName({ subgroups }: KernelPaths): string {
  return subgroups ? '-subgroups' : ''
}
