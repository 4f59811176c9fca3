// What the leader's main thread is told of the files that its engine has open.
import type { EncoderAbilities } from './encoding.ts'
import type { OpenedModel } from './engine-protocol.ts'
import type { OpenedFiles } from './open-model.ts'

export function openedModel(modelId: string, opened: OpenedFiles): OpenedModel {
  const { manifest, tokenizer, template, sources, sampling } = opened
  return {
    modelId,
    manifest,
    config: manifest.config,
    hasTokenizer: tokenizer !== null,
    hasTemplate: template !== null,
    encoder: encoderAbilities(opened),
    sampling,
    verified: sources.find(({ verified }) => verified !== 'digest')?.verified ?? 'digest',
  }
}

function encoderAbilities({ manifest: { config }, tokenizer, sentence }: OpenedFiles): EncoderAbilities | null {
  if (!sentence) return null
  const maskToken = config.head === 'masked-language' ? (tokenizer?.maskToken ?? null) : null
  return { pooling: sentence.pooling, maskText: maskToken === null ? null : tokenizer!.tokenText(maskToken) }
}
