// A leader who opens a file of its own, by the button that people press.
import type { Page } from '@playwright/test'

export type PickedFile = string | { name: string; mimeType: string; buffer: Buffer }

export async function pick(leader: Page, file: PickedFile): Promise<void> {
  const [chooser] = await Promise.all([
    leader.waitForEvent('filechooser'),
    leader.getByRole('button', { name: 'Open a GGUF file' }).click(),
  ])
  await chooser.setFiles(file)
}

/** What the loaded model says after `prompt`, greedily. */
export function goOn(leader: Page, prompt: string, mostTokens = 74): Promise<string | null> {
  return leader.evaluate(
    async ([content, maxTokens]) => {
      const messages = [{ role: 'user' as const, content }]
      const { text } = await globalThis.headroom!.chat({ messages, maxTokens, sampling: { temperature: 0 } })
      return text
    },
    [prompt, mostTokens] as const,
  )
}
