import { WORKGROUP_SIZE } from '../kernel.ts'

/** WGSL of `fn summed(lane, value) -> f32`: the sum of every lane's value, for all lanes; a barrier for the whole workgroup. */
export const summedWgsl = `
    var<workgroup> summands : array<f32, ${WORKGROUP_SIZE}>;
    fn summed(lane : i32, value : f32) -> f32 {
      workgroupBarrier();
      summands[lane] = value;
      workgroupBarrier();
      for (var half = ${WORKGROUP_SIZE / 2}; half > 0; half /= 2) {
        if (lane < half) { summands[lane] += summands[lane + half]; }
        workgroupBarrier();
      }
      return summands[0];
    }`
