// The library without the page: measure this device, split a model over two workers of this tab, stream an answer.
import { MobileTensorParallelismSystem, toErrorData } from '../../src/index.ts'

const form = document.querySelector<HTMLFormElement>('#ask')
const status = document.querySelector<HTMLElement>('#status')
const answer = document.querySelector<HTMLElement>('#answer')
if (!form || !status || !answer) throw new Error('The example page has lost a part.')

const system = new MobileTensorParallelismSystem({ maxDevices: 4, batteryOptimization: true, thermalManagement: true })

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const question = new FormData(form).get('input')
  answer.textContent = ''
  try {
    const { name, executor } = await system.initialize()
    status.textContent = `${name} computes with ${executor}; loading …`
    const [model] = await system.listModels()
    if (!model) throw new Error('This server has no model. Run npm run fetch-model, then reload.')
    const result = await system.processInference({
      model: model.modelId,
      input: String(question),
      devices: { local: 2 },
      maxTokens: 64,
      onText: (text) => answer.append(text),
    })
    status.textContent =
      result.kind === 'generated'
        ? `${result.tokens.length} tokens, the first after ${result.timings.timeToFirstTokenMs?.toFixed(0)} ms.`
        : `A vector of ${result.embedding.length} numbers after ${result.timings.encodeMs.toFixed(0)} ms.`
  } catch (error) {
    status.textContent = toErrorData(error).message
  }
})
