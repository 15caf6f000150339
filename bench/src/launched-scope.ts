/** What every agent of the bench may do: the size of a real grant. */
export const launchedScope = [
  'read:records:patient-2014',
  'write:prescriptions:patient-2014',
] as const
