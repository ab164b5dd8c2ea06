/** Trouble in OpenAI's shape, so that its clients show the sentence. */
import { inWords, type Problem } from '../lib/errors.ts'

export const openAiError = (problem: Problem) => ({
  error: {
    message: inWords(problem),
    type: TYPES[problem.kind] ?? 'api_error',
    param: problem.details?.param ?? null,
    code: problem.kind,
  },
})

const TYPES: Partial<Record<Problem['kind'], string>> = {
  invalid: 'invalid_request_error',
  'not-found': 'invalid_request_error',
  unauthorized: 'authentication_error',
  forbidden: 'permission_error',
  busy: 'rate_limit_error',
}
