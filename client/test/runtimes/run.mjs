// Runs one scenario on the runtime that runs this. The world comes over standard input, because it holds credentials.
let text = ''
for await (const chunk of globalThis.process.stdin.setEncoding('utf8')) text += chunk
const { scenario, world } = JSON.parse(text)
const { run } = await import(`./${scenario}.mjs`)
await run(world)
// Nothing ends the process: what keeps it alive is a defect of the SDK.
