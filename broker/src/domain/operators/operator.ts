// An operator runs the deployment. The bootstrap admin signs in with `AA_ADMIN_SECRET`; every operator is a typed
// principal, so that each actor in the audit is somebody. None of these scopes can ever be granted to an agent.
export const adminScopes: readonly string[] = [
  'admin:launch-tokens:*',
  'admin:revoke:*',
  'admin:audit:*',
  'admin:agents:*',
]
