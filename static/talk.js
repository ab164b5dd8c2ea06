/**
 * The field of a talk: Enter sends it without leaving the page, it grows with what is typed and keeps a
 * draft over a reload; and what Jarvis says is spoken sentence by sentence. The turns themselves come with the
 * page's stream; without this script the form is a form.
 */
;(() => {
  const start = () => {
    const form = document.getElementById('ask')
    const field = document.getElementById('ask-text')
    if (!form || !field) return
    const why = document.getElementById('ask-why')
    const log = () => document.getElementById('talk-log')

    // The draft

    const key = `ask ${location.pathname}`
    const stored = () => {
      try {
        return sessionStorage.getItem(key) ?? ''
      } catch {
        return ''
      }
    }
    const keep = () => {
      try {
        if (field.value) sessionStorage.setItem(key, field.value)
        else sessionStorage.removeItem(key)
      } catch {
        // A browser without storage has no draft.
      }
    }
    const grow = () => {
      field.rows = 1
      while (field.rows < 8 && field.scrollHeight > field.clientHeight + 2) field.rows++
    }
    if (!field.value) field.value = stored()
    grow()
    field.addEventListener('input', () => {
      keep()
      grow()
      say('')
    })

    // Sent

    const say = (text) => {
      if (why.textContent !== text) why.textContent = text
    }
    const post = async (address, body) => {
      const answer = await fetch(address, {
        method: 'POST',
        headers: { Accept: 'application/json' },
        body,
      })
      const told = await answer.json().catch(() => ({}))
      if (answer.ok) return told
      const { message, next } = told.error ?? {}
      throw new Error(
        [message ?? `It was not taken: ${answer.status}.`, next].filter(Boolean).join(' '),
      )
    }
    const toTheEnd = () => log()?.scrollTo({ top: 0 })

    let sending = false
    const send = async () => {
      const text = field.value
      if (!text.trim() || sending) return
      sending = true
      form.setAttribute('aria-busy', 'true')
      const body = new URLSearchParams({ text })
      // The newest talk may be another one than when the page came.
      const talk = log()?.dataset.talk ?? form.elements.talk?.value
      if (talk && form.getAttribute('action') === '/chat' && log()) body.set('talk', talk)
      try {
        const told = await post(form.action, body)
        if (field.value === text) field.value = ''
        keep()
        grow()
        say('')
        if (!log()) location.assign(told.url)
        toTheEnd()
      } catch (error) {
        say(error.message)
      } finally {
        sending = false
        form.removeAttribute('aria-busy')
      }
    }
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      send()
    })
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
      event.preventDefault()
      send()
    })

    document.addEventListener('submit', async (event) => {
      const stop = event.target
      if (!stop.matches?.('.stop-turn') || !log()?.contains(stop)) return
      event.preventDefault()
      event.stopImmediatePropagation()
      stop.querySelector('button').setAttribute('aria-busy', 'true')
      await post(stop.action).catch((error) => say(error.message))
    })

    // Spoken: what is new of the last answer, as far as its sentences have ended

    const voice = document.getElementById('talk-say')
    const spoken = new Map()
    const answers = () => [...(log()?.querySelectorAll('.turn') ?? [])]
    const wordsOf = (turn) =>
      [...turn.querySelectorAll('.jarvis .words > :is(.prose, .saying), .ending')]
        .map((part) => part.textContent.replace(/\s+/g, ' ').trim())
        .join(' ')
    const isOver = (turn) => !/^(queued|running)$/.test(turn.dataset.is)
    for (const turn of answers()) spoken.set(turn.id, wordsOf(turn).length)

    const speak = () => {
      for (const turn of answers()) {
        const all = wordsOf(turn)
        const from = spoken.get(turn.id) ?? 0
        const fresh = all.slice(from)
        const end = isOver(turn) ? fresh.length : (/^.*[.!?…](?= )/.exec(fresh)?.[0].length ?? 0)
        if (end === 0) continue
        spoken.set(turn.id, from + end)
        const line = document.createElement('p')
        line.textContent = fresh.slice(0, end)
        voice?.append(line)
        while (voice?.childElementCount > 20) voice.firstElementChild.remove()
      }
    }
    let due = 0
    const watcher = new MutationObserver(() => {
      clearTimeout(due)
      due = setTimeout(speak, 300)
    })
    const place = log()?.parentElement
    if (place)
      watcher.observe(place, {
        childList: true,
        subtree: true,
        characterData: true,
        attributes: true,
        attributeFilter: ['data-is'],
      })
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start)
  else start()
})()
