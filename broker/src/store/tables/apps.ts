import type { App, AppRole } from '../../domain/apps/app.ts'
import { ifInteger, ifText, readInteger, readList, readOneOf, readText } from '../read-column.ts'
import type { Row, TableDescription } from '../table.ts'

/** A row grants authority, so it carries a MAC. Rows stay for ever: an app that is gone still explains the audit. */
export const apps = {
  name: 'apps',
  columns: {
    app_id: 'text',
    name: 'text',
    client_id: 'text',
    role: 'text',
    scopes: 'text',
    token_ttl: 'integer',
    delegates_to: 'text',
    version: 'integer',
    secret_hash: 'text',
    previous_secret_hash: 'text',
    previous_secret_expires_at: 'milliseconds',
    created_at: 'milliseconds',
    updated_at: 'milliseconds',
    deregistered_at: 'milliseconds',
  },
  key: ['app_id'],
  mac: true,
} as const satisfies TableDescription

/** Names ever taken. Without a MAC, so that the absence of one means something: whoever forges one only denies a name. */
export const appNames = {
  name: 'app_names',
  columns: { name: 'text', app_id: 'text' },
  key: ['name'],
  mac: false,
} as const satisfies TableDescription

const roles: readonly AppRole[] = ['app', 'verifier']

export function toAppRow(app: App): Row {
  return {
    app_id: app.appId,
    name: app.name,
    client_id: app.clientId,
    role: app.role,
    ...toChangeableColumns(app),
    secret_hash: app.secretHash,
    previous_secret_hash: app.previousSecret?.hash ?? null,
    previous_secret_expires_at: app.previousSecret?.expiresAt ?? null,
    created_at: app.createdAt,
    deregistered_at: app.deregisteredAt ?? null,
  }
}

/** What an operator may change. */
export function toChangeableColumns(app: App) {
  return {
    scopes: JSON.stringify(app.scopes),
    token_ttl: app.tokenTtl,
    delegates_to: JSON.stringify(app.delegatesTo),
    version: app.version,
    updated_at: app.updatedAt,
  }
}

export function toApp(row: Row): App {
  return {
    appId: readText(row, 'app_id'),
    name: readText(row, 'name'),
    clientId: readText(row, 'client_id'),
    role: readOneOf(row, 'role', roles),
    scopes: readList(row, 'scopes'),
    tokenTtl: readInteger(row, 'token_ttl'),
    delegatesTo: readList(row, 'delegates_to'),
    version: readInteger(row, 'version'),
    secretHash: readText(row, 'secret_hash'),
    ...ifText(row, 'previous_secret_hash', (hash) => ({
      previousSecret: { hash, expiresAt: readInteger(row, 'previous_secret_expires_at') },
    })),
    createdAt: readInteger(row, 'created_at'),
    updatedAt: readInteger(row, 'updated_at'),
    ...ifInteger(row, 'deregistered_at', (deregisteredAt) => ({ deregisteredAt })),
  }
}
