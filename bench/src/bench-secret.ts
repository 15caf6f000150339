/** Of the operators of every broker that the bench starts. */
export const benchSecret = 'a secret of the bench alone'
