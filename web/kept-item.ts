// Small things that this browser keeps for the page, each as JSON under its own name.
import * as v from 'valibot'

/** null where nothing is kept, or nothing that `schema` reads. */
export function keptItem<Schema extends v.GenericSchema>(
  storage: Storage,
  name: string,
  schema: Schema,
): v.InferOutput<Schema> | null {
  try {
    const result = v.safeParse(schema, JSON.parse(storage.getItem(name) ?? 'null'))
    return result.success ? result.output : null
  } catch (error) {
    console.warn(`What is kept as ${name} is not JSON and is left out.`, error)
    return null
  }
}

/** A browser that keeps nothing is no failure: the page goes on and knows it no more the next time. */
export function keepItem(storage: Storage, name: string, value: unknown): void {
  try {
    storage.setItem(name, JSON.stringify(value))
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    console.info(`This browser keeps nothing for the page, such as ${name}.`, error)
  }
}
