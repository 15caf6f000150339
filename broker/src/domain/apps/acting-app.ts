/** The app in whose name a change is made: active still, and as it was read if that mattered. */
export interface ActingApp {
  readonly appId: string
  /** As it was read; any will do if absent. */
  readonly version?: number
}
