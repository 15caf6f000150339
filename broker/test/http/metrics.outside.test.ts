// Prometheus' own linter reads the page of a real broker. It has nothing to say: no complaint follows from a wire name.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { ask } from '../ask.ts'
import { brokerFiles, startBrokerProcess } from '../faults/broker-process.ts'
import { adminSecret } from '../test-broker.ts'

const howToGetIt =
  'promtool is not there. It comes with Prometheus; on Debian `apt-get download prometheus` and ' +
  '`dpkg-deb -x` get it without installing (and starting) the server, as .ci/run does.'

test('promtool reads the page of a broker in use, and has nothing to complain about', async () => {
  await using files = await brokerFiles()
  await using broker = await startBrokerProcess(files)
  for (const secret of [adminSecret, 'wrong']) {
    await ask(broker, 'POST', '/v1/admin/auth', { body: { secret } })
  }
  await ask(broker, 'GET', '/nothing')
  const page = await (await broker.fetch('http://broker.test/v1/metrics')).text()
  assert.deepEqual(checkMetrics(page), { status: 0, complaints: [] })
})

test('promtool would say what is wrong', () => {
  const { status, complaints } = checkMetrics('# TYPE agentwrit_wrong counter\nagentwrit_wrong 1\n')
  assert.equal(status, 3)
  assert.ok(complaints.length > 0)
  assert.equal(checkMetrics('agentwrit_wrong{ 1\n').status, 1)
})

function checkMetrics(page: string) {
  const { status, stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
    input: page,
    encoding: 'utf8',
  })
  assert.equal(error, undefined, howToGetIt)
  return { status, complaints: `${stdout}${stderr}`.split('\n').filter((line) => line !== '') }
}
