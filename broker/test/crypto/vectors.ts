// Contract section 10; the key is that of RFC 8037, appendix A.
export const vectorSeed = Buffer.from('nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', 'base64url')
export const vectorX = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
export const vectorKid = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'
export const firstX = 'rdcGNk64I1O6lLFpNb8dE0FfUQd_oN4-vAxM4r0Rd8k'
export const firstKid = 'XZdO8HHCUUD9RIvAmc84U3A1QvKpOZa7WxbXwQYFMDk'
export const vectorNonce = '019b7caa01b80001020304050607080924772bbd3f909b8b0695e2c5f3c60416'
