// TensorFlow.js' own backends, the last resort. All compute in float32.
import { engine, env, setBackend } from '@tensorflow/tfjs-core'
import { HeadroomError } from '../../base/errors.ts'

export type TfjsBackend = 'webgl' | 'wasm' | 'cpu'

const packages: Readonly<Record<TfjsBackend, () => Promise<unknown>>> = {
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  wasm: () => import('./wasm-backend.ts'),
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
}

/** From then on the realm's tensors live there. Throws `no-executor` where it does not run, with float32 throughout. */
export async function useBackend(name: TfjsBackend): Promise<void> {
  if (engine().backendName === name) return
  await packages[name]()
  const runs = await setBackend(name).catch(() => false)
  if (runs && (name !== 'webgl' || env().getBool('WEBGL_RENDER_FLOAT32_ENABLED'))) return
  throw new HeadroomError(
    'no-executor',
    `TensorFlow.js does not run here on ${name} with whole float32; use the reference executor.`,
  )
}
