// A leader who opens a file of its own, by the button that people press.
import type { Page } from '@playwright/test'
import { deviceRows } from './people.ts'
import { expect } from './stage.ts'

export type PickedFile = string | { name: string; mimeType: string; buffer: Buffer }

export async function pick(leader: Page, file: PickedFile): Promise<void> {
  const [chooser] = await Promise.all([
    leader.waitForEvent('filechooser'),
    leader.getByRole('button', { name: 'Open a GGUF file' }).click(),
  ])
  await chooser.setFiles(file)
}

/** Until so many devices of the leader's list are ready, and no others are there. */
export function allReady(leader: Page, devices: number): Promise<void> {
  const ready = Array.from({ length: devices }, () => 'Ready')
  return expect(deviceRows(leader).getByTestId('device-status')).toHaveText(ready)
}

/** What the loaded model says after `prompt`, greedily. */
export function goOn(leader: Page, prompt: string): Promise<string | null> {
  return leader.evaluate(async (content) => {
    const messages = [{ role: 'user' as const, content }]
    const { text } = await globalThis.headroom!.chat({ messages, maxTokens: 74, sampling: { temperature: 0 } })
    return text
  }, prompt)
}
