/** The people of the tests, with what they carry. */
export const alice = { name: 'alice', password: 'slow lanterns over Kyoto 7' }
export const bob = { name: 'bob', password: 'eleven brass kettles, unpolished' }

/** Where they sit. */
export const desk = '192.168.1.20'
export const phone = '192.168.1.31'
/** Nobody of the house. */
export const mallory = '203.0.113.66'

export const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0'
/** What an old tablet says of itself. */
export const oldTablet =
  'Mozilla/5.0 (iPad; CPU OS 9_3_5 like Mac OS X) AppleWebKit/601.1.46 (KHTML, like Gecko) Version/9.0 Mobile/13G36 Safari/601.1'
