/** By which operators sign in to a broker of the bench. */
export const benchSecret = 'a secret of the bench alone'
