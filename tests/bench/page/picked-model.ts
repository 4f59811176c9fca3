/** The model's file as it lies on disk: the benchmark has picked it in the page, since a download of gigabytes does not fit a Blob. */
export function pickedModel(): File[] {
  return Array.from(document.querySelector('input')?.files ?? [])
}
