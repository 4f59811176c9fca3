import { subgroupsLieSideBySide } from './subgroup-probe.ts'

/** Ways of computing that not every GPU and browser has; where one is false, the plain way is taken. */
export interface KernelPaths {
  /** Quantized weights meet activations quantized to int8, four products an instruction (`packed_4x8_integer_dot_product`). */
  packed: boolean
  /** Lanes are brought together within subgroups, without barriers. */
  subgroups: boolean
}

export const plainPaths: KernelPaths = { packed: false, subgroups: false }

/** What `gpu` can do. */
export async function pathsOf(gpu: GPUDevice): Promise<KernelPaths> {
  return {
    packed: navigator.gpu.wgslLanguageFeatures.has('packed_4x8_integer_dot_product'),
    subgroups: gpu.features.has('subgroups') && (await subgroupsLieSideBySide(gpu)),
  }
}
