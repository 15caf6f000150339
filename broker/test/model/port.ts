import type {
  AppAuthRequest,
  Claims,
  CreateLaunchTokenRequest,
  CreateLaunchTokenResponse,
  DelegateRequest,
  DelegateResponse,
  ErrorCode,
  RegisterAppRequest,
  RegisterAppResponse,
  RegisterRequest,
  RegisterResponse,
  RevokeRequest,
  RevokeResponse,
  RotateKeyRequest,
  RotateKeyResponse,
  TokenResponse,
  UpdateAppRequest,
} from '@agentwrit/protocol'

/** A broker as it is asked: the verbs of its domain, or its routes. Only the wire's own values go in and come out. */
export interface Port {
  /** Milliseconds since the epoch, by the clock that stands still until it is moved. */
  now(): number
  advance(milliseconds: number): void
  restart(): Promise<void>
  activeKid(): Promise<string>
  /** What a live token says; undefined for any other. */
  introspect(token: string): Promise<Claims | undefined>
  /** Where a dead token is not refused. */
  findOpenDoors(deadToken: string): Promise<string[]>

  signInAdmin(): Promise<Reply<TokenResponse>>
  signInApp(asked: AppAuthRequest): Promise<Reply<TokenResponse>>
  registerApp(bearer: string, asked: RegisterAppRequest): Promise<Reply<RegisterAppResponse>>
  changeApp(bearer: string, id: string, asked: UpdateAppRequest): Promise<Reply<unknown>>
  deregisterApp(bearer: string, id: string): Promise<Reply<unknown>>
  createLaunchToken(
    bearer: string,
    asked: CreateLaunchTokenRequest,
    maker: 'admin' | 'app',
  ): Promise<Reply<CreateLaunchTokenResponse>>
  nonce(): Promise<string>
  register(asked: RegisterRequest): Promise<Reply<RegisterResponse>>
  renew(bearer: string, scope: readonly string[] | undefined): Promise<Reply<TokenResponse>>
  delegate(bearer: string, asked: DelegateRequest): Promise<Reply<DelegateResponse>>
  release(bearer: string): Promise<Reply<unknown>>
  revoke(bearer: string, asked: RevokeRequest): Promise<Reply<RevokeResponse>>
  lift(bearer: string, id: string): Promise<Reply<{ readonly lifted_at?: string }>>
  rotateKey(bearer: string, asked: RotateKeyRequest): Promise<Reply<RotateKeyResponse>>
}

export type Reply<Value> =
  | { readonly refused: ErrorCode }
  | { readonly refused?: undefined; readonly value: Value }
