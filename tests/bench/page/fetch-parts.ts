/** The file as Blobs: `model` may name several parts, with commas between. */
export function fetchParts(model: string): Promise<Blob[]> {
  return Promise.all(
    model.split(',').map(async (url) => {
      const response = await fetch(url)
      if (!response.ok) throw new Error(`${url} answered ${response.status}.`)
      return response.blob()
    }),
  )
}
