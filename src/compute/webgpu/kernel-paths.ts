import { subgroupsLieSideBySide } from './subgroup-probe.ts'

/** Ways of computing that not every GPU and browser has; where one is false, the plain way is taken. */
export interface KernelPaths {
  /** Quantized weights meet quantized activations, four products an instruction (`packed_4x8_integer_dot_product`). */
  packed: boolean
  /** Packed int4 meets activations of two bytes, not of one. */
  fine: boolean
  /** Lanes are brought together within subgroups, without barriers. */
  subgroups: boolean
}

export const plainPaths: KernelPaths = { packed: false, fine: false, subgroups: false }

/** What `gpu` can do. */
export async function pathsOf(gpu: GPUDevice): Promise<KernelPaths> {
  return {
    packed: navigator.gpu.wgslLanguageFeatures.has('packed_4x8_integer_dot_product'),
    fine: false,
    subgroups: gpu.features.has('subgroups') && (await subgroupsLieSideBySide(gpu)),
  }
}
