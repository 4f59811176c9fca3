// The browser's word that it will not clear what this page keeps when space runs short.

/** Has it given it? null where it does not say. */
export async function isStoragePromised(): Promise<boolean | null> {
  return isSecureContext ? navigator.storage.persisted() : null
}

/** Asks for it; some browsers ask the person. null where it cannot be had. */
export async function askForStorage(): Promise<boolean | null> {
  return isSecureContext ? navigator.storage.persist() : null
}
