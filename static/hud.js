/**
 * What a page does between two readings: edges shrink and ages grow, at most every three seconds, the
 * sign of a running deed turns, and the look is changed without asking the server. Nothing here fetches.
 */
;(() => {
  const root = document.documentElement
  const LOOKS = ['hud', 'calm', 'contrast']
  const YEAR = 31536000

  // The browser's clock may be wrong by minutes: the page brings the server's time with it.
  const lead = root.dataset.now ? Date.now() - Number(root.dataset.now) : 0

  const words = (ms) => {
    const s = Math.max(0, Math.round(ms / 1000))
    if (s < 60) return `${s}\u2009s`
    if (s < 3600) return `${Math.floor(s / 60)}\u2009min`
    if (s < 172800) return `${Math.floor(s / 3600)}\u2009h`
    return `${Math.floor(s / 86400)}\u2009d`
  }

  /** `0:42`, `2:05:09`: how long work is stopped. */
  const counted = (seconds) => {
    const s = Math.max(0, Math.floor(seconds))
    const two = (n) => String(n).padStart(2, '0')
    const minutes = Math.floor(s / 60) % 60
    return s < 3600
      ? `${minutes}:${two(s % 60)}`
      : `${Math.floor(s / 3600)}:${two(minutes)}:${two(s % 60)}`
  }

  const put = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text
  }

  const goOld = (block, lit) => {
    block.dataset.state = 'stale'
    lit?.setAttribute('class', 'lit old')
    lit?.setAttribute('x2', '100%')
  }

  const shrink = (block, age, limit) => {
    const state = block.dataset.state
    if (state !== 'fresh' && state !== 'empty') return
    const lit = block.querySelector(':scope > .edge > .lit')
    if (age > limit) goOld(block, lit)
    else lit?.setAttribute('x2', `${Math.round(1000 - (1000 * Math.max(0, age)) / limit) / 10}%`)
  }

  /** One block with data-at and data-limit (milliseconds); what stands in it is as old as it is. */
  const grow = (block, now) => {
    const { state } = block.dataset
    if (state && state !== 'fresh' && state !== 'empty' && state !== 'stale') return
    const age = now - Number(block.dataset.at)
    const limit = Number(block.dataset.limit)
    const time = block.querySelector(':scope > .age, :scope > header > .age > time')
    shrink(block, age, limit)
    for (const part of block.querySelectorAll(':scope > .body > .instrument'))
      shrink(part, age, limit)
    put(time, block.dataset.state === 'stale' ? `stale, ${words(age)}` : words(age))
  }

  /** `0:42`: how long all is stopped. */
  const count = (element, now) => {
    const s = Math.max(0, Math.floor((now - Number(element.dataset.since)) / 1000))
    const two = (n) => String(n).padStart(2, '0')
    const [h, m] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60)]
    put(element, h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`)
  }

  const growAll = () => {
    if (document.hidden) return
    requestAnimationFrame(() => {
      const now = Date.now() - lead
      for (const block of document.querySelectorAll('[data-at][data-limit]')) grow(block, now)
      for (const element of document.querySelectorAll('.halted [data-since]')) count(element, now)
      for (const span of document.querySelectorAll('[data-since]'))
        put(span, counted((now - Number(span.dataset.since)) / 1000))
    })
  }

  const working = document.getElementsByClassName('g-working')
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  let quarter = 0

  /** The sign of a deed under way turns; nothing else on the page moves by itself. */
  const turn = () => {
    if (working.length === 0 || document.hidden || still.matches) return
    quarter = (quarter + 1) % 4
    root.dataset.turn = quarter
  }

  const stored = (key) => {
    try {
      return localStorage.getItem(key)
    } catch {
      return null
    }
  }

  const keep = (key, value) => {
    try {
      localStorage.setItem(key, value)
    } catch {
      // A browser without storage still has the cookie.
    }
    // biome-ignore lint/suspicious/noDocumentCookie: cookieStore is absent over plain http and in Firefox before 140.
    document.cookie = `${key}=${value}; path=/; max-age=${YEAR}; samesite=lax`
  }

  const show = (look) => {
    root.dataset.mode = look
    for (const button of document.querySelectorAll('.modes button'))
      button.setAttribute('aria-pressed', String(button.value === look))
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('.modes button')
    if (!button || !LOOKS.includes(button.value)) return
    event.preventDefault()
    keep('mode', button.value)
    show(button.value)
  })

  const start = () => {
    const look = stored('mode')
    if (look && LOOKS.includes(look) && look !== root.dataset.mode) show(look)
    growAll()
    setInterval(growAll, 3000)
    setInterval(turn, 500)
    document.addEventListener('visibilitychange', growAll)
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start)
  else start()
})()
