// TensorFlow.js' own backends, the last resort: WebGL where the browser has it, else plain JavaScript. Both compute in float32.
import { engine, env, setBackend } from '@tensorflow/tfjs-core'
import { HeadroomError } from '../../base/errors.ts'

export type TfjsBackend = 'webgl' | 'cpu'

const packages: Readonly<Record<TfjsBackend, () => Promise<unknown>>> = {
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
}

/** The first of `wanted` that runs here, with float32 throughout; from then on the realm's tensors live there. Throws `no-executor`. */
export async function useBackend(wanted: readonly TfjsBackend[]): Promise<TfjsBackend> {
  for (const name of wanted) {
    if (engine().backendName === name) return name
    await packages[name]()
    const runs = await setBackend(name).catch(() => false)
    if (runs && (name !== 'webgl' || env().getBool('WEBGL_RENDER_FLOAT32_ENABLED'))) return name
  }
  throw new HeadroomError(
    'no-executor',
    `TensorFlow.js runs here on none of ${wanted.join(', ')} with whole float32; use the reference executor.`,
  )
}
