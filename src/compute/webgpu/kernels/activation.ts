import type { Activation } from '../../../model/config.ts'

/** WGSL of `fn activated(x) -> f32`. Sources and the precision of erf: ../../reference/operations.ts. */
export function activatedWgsl(activation: Activation): string {
  return `fn activated(x : f32) -> f32 { ${bodies[activation]} }`
}

/** tanh is written as a logistic function: GPUs' own overflow where x is large (0.5 (1 + tanh u) = 1 / (1 + e^-2u)). */
const bodies: Readonly<Record<Activation, string>> = {
  silu: 'return x / (1.0 + exp(-x));',
  relu: 'return max(0.0, x);',
  gelu: `
      let z = abs(x) * ${Math.SQRT1_2};
      let t = 1.0 / (1.0 + 0.3275911 * z);
      let series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
      return 0.5 * x * (1.0 + sign(x) * (1.0 - series * exp(-z * z)));`,
  'gelu-tanh': `return x / (1.0 + exp(${-2 * Math.sqrt(2 / Math.PI)} * (x + 0.044715 * x * x * x)));`,
}
