// What this browser's tabs tell each other about what they keep, since each of them shows the same conversations.

export type TabNews =
  | { kind: 'kept'; conversationId: string }
  | { kind: 'deleted'; conversationId: string }
  | { kind: 'settings' }

export class OtherTabs {
  readonly #channel = new BroadcastChannel('headroom-conversations')

  /** `heard` is called with what other tabs tell, never with this tab's own news. */
  constructor(heard: (news: TabNews) => void) {
    this.#channel.onmessage = ({ data }: MessageEvent<TabNews>) => heard(data)
  }

  tell(news: TabNews): void {
    this.#channel.postMessage(news)
  }

  close(): void {
    this.#channel.close()
  }
}
