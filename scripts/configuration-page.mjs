import { notBuilt } from '../broker/src/config/rules.ts'
import { secretSettings, settings } from '../broker/src/config/settings.ts'

/** docs/reference/configuration.md */
export function configurationPage() {
  const { adminSecret, ...otherSecrets } = secretSettings
  const rows = [adminSecret, ...Object.values(settings), ...Object.values(otherSecrets)].map(toRow)
  return `# Configuration

This page is made from the table in \`broker/src/config/settings.ts\` (\`npm run docs\`).

The broker reads its settings once, when it starts. A variable that is empty counts as unset. Any value that is
not valid stops the start with exit code 1 and a line on stderr that begins with \`FATAL:\` and names the variable;
the value itself is never shown; [troubleshooting](../guide/troubleshooting.md#every-fatal-message) has them all. Variables that begin with \`AA_\` and are no setting are named in a warning. Times are seconds.

| Variable | Default | Must be | Meaning |
| --- | --- | --- | --- |
${rows.join('\n')}

## Config file

The first of these that exists is read: the file named by \`AA_CONFIG_PATH\` (if set, it must exist), \`/etc/broker/config\`,
\`~/.broker/config\`. The environment wins over the file.

\`\`\`ini
# lines KEY=VALUE; the value is taken as it stands, without quotes
MODE=production
ADMIN_SECRET=$2b$12$...
AA_PORT=8443
\`\`\`

Keys are \`MODE\` (for \`AA_MODE\`), \`ADMIN_SECRET\` (for \`AA_ADMIN_SECRET\`) and the variables above. The broker does not start with a file
that is a symbolic link, that group or others may open (\`chmod 600\`), or that holds an unknown or repeated key.

## Rules over several settings

- \`AA_TLS_MODE=tls\` needs \`AA_TLS_CERT\` and \`AA_TLS_KEY\`; \`mtls\` needs \`AA_TLS_CLIENT_CA\` too.
- In production, plain HTTP on an address that is not loopback needs \`AA_ALLOW_INSECURE_HTTP=true\`; development warns.
- \`AA_SEED_TOKENS=true\` is refused in production and on an address that is not loopback.

## Not in this version

These are refused when set to anything but their default: ${notBuilt.map(({ variable }) => `\`${variable}\``).join(', ')}.
`
}

function toRow({ variable, fallback, kind, meaning }) {
  const valid = kind.valid.replaceAll('|', '\\|')
  return `| \`${variable}\` | ${shown(fallback, kind)} | ${valid} | ${meaning} |`
}

function shown(fallback, { show = String }) {
  const isNone = fallback === undefined || fallback === '' || fallback.length === 0
  return isNone ? '–' : `\`${show(fallback)}\``
}
