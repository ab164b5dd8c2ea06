/**
 * Single keys: / asks, g and a letter goes to a place, ? says which. Nothing happens while somebody types,
 * with a modifier held, or where the device has switched them off (WCAG 2.1.4).
 */
;(() => {
  const PATIENCE = 1500
  const places = () => [...document.querySelectorAll('.places a')]
  const letters = {
    h: '/',
    g: '/guests',
    n: '/nodes',
    s: '/storage',
    t: '/tasks',
    e: '/events',
    j: '/chat/last',
  }
  const isOff = () => /(?:^|; )keys=off(?:;|$)/.test(document.cookie)
  const types = (element) =>
    element?.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(element?.tagName ?? '')

  let waiting = 0

  const say = (text) => {
    const line = document.getElementById('say')
    if (line) line.textContent = text
  }

  const list = () => {
    const toasts = document.getElementById('toasts')
    if (!toasts) return
    toasts.querySelector('.keys')?.remove()
    const box = document.createElement('div')
    box.className = 'toast keys'
    const words = document.createElement('p')
    const known = Object.entries(letters).flatMap(([key, path]) => {
      const link = places().find((a) => a.getAttribute('href') === path)
      return link ? [`g ${key} ${link.textContent.trim()}`] : []
    })
    words.textContent = `/ asks, ${known.join(', ')}. Esc closes this; Settings switches the keys off.`
    box.append(words)
    toasts.append(box)
    say(words.textContent)
  }

  /** To the field of the talk, or to where there is one. */
  const talk = (event) => {
    const field = document.getElementById('ask-text')
    const place = places().find((a) => a.getAttribute('href') === letters.j)
    if (!field && !place) return
    event.preventDefault()
    if (field) field.focus()
    else location.assign(letters.j)
  }

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (types(event.target) || isOff()) return
    if (event.key === 'Escape') return document.querySelector('.toast.keys')?.remove()
    if (event.key === '?') return list()
    if (event.key === '/') return talk(event)
    if (event.timeStamp - waiting < PATIENCE && waiting > 0 && Object.hasOwn(letters, event.key)) {
      waiting = 0
      const path = letters[event.key]
      if (places().some((a) => a.getAttribute('href') === path)) location.assign(path)
      return
    }
    waiting = event.key === 'g' ? event.timeStamp : 0
  })
})()
