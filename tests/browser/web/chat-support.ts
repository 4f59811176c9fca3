// The chat as tests of it show it.
import type { RoomView } from '../../../src/index.ts'
import { LiveAnswer } from '../../../web/chat/live-answer.ts'
import { emptyAnswer, type Turn } from '../../../web/chat/turn.ts'
import { HrChat } from '../../../web/hr-chat.ts'
import { byTestId, chatView, mount, must, readyView } from './page-support.ts'

export const answer: Turn = {
  ...emptyAnswer(),
  content: 'Two\n  lines',
  state: 'done',
  figures: {
    timeToFirstTokenMs: 412,
    tokensPerSecond: 14.24,
    tokenCount: 87,
    bytesPerToken: 143_980,
    roundsPerToken: 62,
  },
}

export async function show(turns: readonly Turn[], view: RoomView = readyView) {
  const element = new HrChat()
  element.view = view
  const writing = turns.find(({ state }) => state === 'streaming')
  element.chat = chatView(turns, writing ? { live: new LiveAnswer(writing.id, writing.content) } : {})
  return mount(element)
}

export const promptOf = (element: HrChat) => must(byTestId(element.renderRoot, 'prompt')) as HTMLTextAreaElement
