#!/usr/bin/env node
// Plain JavaScript that any Node can read, so that an old one gets a sentence and not a syntax error.
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`awrit needs Node.js 24 or newer; this is ${process.version}.`)
  process.exitCode = 1
} else {
  await import('../dist/main.js')
}
