// The page's entry: the reader's language, one system by the options in the address, and the app over it. Scripts reach the system as
// `globalThis.headroom`.
import { MobileTensorParallelismSystem, toErrorData } from '../src/index.ts'
import { PageRefusal } from './failure.ts'
import { HrApp } from './hr-app.ts'
import { HrNotice } from './hr-notice.ts'
import { followLanguage } from './texts/follow-language.ts'
import { languageFor, speak, texts } from './texts/texts.ts'
import { systemOptions } from './url-options.ts'

declare global {
  var headroom: MobileTensorParallelismSystem | undefined
  /** From package.json, put in by the build. */
  const headroomVersion: string
}

await speak(languageFor(navigator.languages))
followLanguage()
try {
  const system = new MobileTensorParallelismSystem(systemOptions(location.search))
  globalThis.headroom = system
  const app = new HrApp(system)
  app.version = headroomVersion
  document.body.append(app)
} catch (error) {
  const notice = new HrNotice()
  notice.heading = texts.page.couldNotStart
  if (error instanceof PageRefusal) notice.message = error.message
  else notice.error = toErrorData(error)
  document.body.append(notice)
  console.error(error)
}
