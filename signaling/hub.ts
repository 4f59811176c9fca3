// The model hub that pages may fetch from when somebody names a model of it; nothing is asked of it before.

export interface Hub {
  /** Ends in `/`; speaks huggingface.co's API. */
  url: string
  /** Content-Security-Policy sources: the hub, and where it redirects downloads to. */
  connectSources: readonly string[]
}

export const huggingFaceHub: Hub = {
  url: 'https://huggingface.co/',
  connectSources: ['https://huggingface.co', 'https://*.huggingface.co', 'https://*.hf.co'],
}
