/**
 * Keeps the page's stream alive and its reader undisturbed. htmx reads the stream and puts rows in
 * place; what it leaves open is done here: the first connection is tried again, silence is noticed and
 * told, focus and open menus survive, ages are counted on, changes of state are spoken.
 */
;(() => {
  const root = document.documentElement
  const feed = document.getElementById('feed')
  if (!feed) return
  const url = feed.getAttribute('hx-sse:connect')

  // Milliseconds. The heartbeat comes every 15 s.
  const TICK = 3000
  const QUIET = 20000
  const DEAD = 30000
  const LOST = 3000
  const CROWDED = 20000
  const SPEAK = 10000

  const state = { open: false, heardAt: performance.now(), leaving: false, tries: 0 }
  let beat

  // The stream

  const connection = () => feed._htmx?.sse
  const connect = () => {
    if (state.leaving || connection() || !feed.isConnected) return
    window.htmx.ajax('GET', url, { source: feed })
  }
  const connectIn = (ms) => setTimeout(connect, ms)

  /** htmx never tries a first connection again; 1 s, 2 s, 4 s, then every 8 s. */
  const again = () => connectIn(1000 * 2 ** Math.min(3, state.tries++))

  const leave = () => {
    state.leaving = true
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`)
  }

  const heard = () => {
    state.heardAt = performance.now()
    if (state.open) return
    state.open = true
    showLife()
  }

  feed.addEventListener('htmx:sse:after:connection', ({ detail }) => {
    state.tries = 0
    heard()
    // A page that was opened in the background holds none of the browser's six connections.
    if (document.hidden)
      setTimeout(() => document.hidden && detail.connection.visibilityHandler?.())
  })
  feed.addEventListener('htmx:sse:before:connection', ({ detail }) => {
    state.open = false
    if (state.crowded || state.leaving) detail.connection.cancelled = true
  })
  feed.addEventListener('htmx:sse:before:message', heard)
  feed.addEventListener('htmx:sse:error', ({ detail }) => {
    state.open = false
    if (detail.status === 401) leave()
  })
  feed.addEventListener('htmx:sse:close', () => {
    state.open = false
    if (!state.crowded) again()
  })
  feed.addEventListener('htmx:finally:request', () => {
    if (!connection()) again()
  })
  // Too many windows of this browser look at once: the oldest steps back and takes turns.
  feed.addEventListener('crowded', () => {
    state.crowded = true
    setTimeout(() => {
      state.crowded = false
      connect()
    }, CROWDED)
  })
  feed.addEventListener('logout', leave)

  // What is not heard

  const live = document.getElementById('live')
  const limitOfLife = live?.dataset.limit

  const words = (ms) => {
    const s = Math.round(ms / 1000)
    return s < 120 ? `${s}\u2009s` : `${Math.floor(s / 60)}\u2009min`
  }
  const put = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text
  }
  const sign = (name) => {
    live.querySelector('.glyph')?.setAttribute('class', `glyph g-${name}`)
    live.querySelector('use')?.setAttribute('href', `#g-${name}`)
  }

  /** The bar tells whose silence it is: ours, or the cluster's. */
  const showLife = () => {
    if (!live) return
    const silence = performance.now() - state.heardAt
    if (silence > (state.open ? QUIET : LOST)) {
      live.removeAttribute('data-limit')
      live.dataset.lost = ''
      sign('old')
      put(live.querySelector('.word'), 'I have not heard from Jarvis for')
      return put(live.querySelector('.age'), words(silence))
    }
    if (!beat) return
    const { live: at } = beat.at
    const stale = at === undefined || serverNow() - Number(live.dataset.at) > beat.limit
    if (at !== undefined) live.dataset.limit = limitOfLife ?? beat.limit
    delete live.dataset.lost
    sign(stale ? 'old' : 'well')
    put(live.querySelector('.word'), at === undefined ? 'not heard yet' : stale ? 'stale' : 'live')
  }

  /** The server's clock; the browser's may be wrong by minutes. */
  const serverNow = () => Date.now() - Number(root.dataset.lead)

  feed.addEventListener('beat', ({ detail }) => {
    const before = beat
    beat = JSON.parse(detail.data)
    root.dataset.lead = Date.now() - beat.now
    root.dataset.live = 'open'
    for (const [id, at] of Object.entries(beat.at)) {
      const block = document.getElementById(id)
      if (block && at) block.dataset.at = at
    }
    showLife()
    // Another program answers: its pages may not fit this one.
    if (
      before &&
      before.version !== beat.version &&
      !document.activeElement?.matches('input, textarea')
    )
      location.reload()
  })

  /** While polls succeed and the stream lives, silence means: read again, and nothing new. */
  const countOn = () => {
    if (!beat?.good || !state.open || performance.now() - state.heardAt > QUIET) return
    const now = serverNow()
    for (const block of document.querySelectorAll('[data-at][data-limit]')) {
      const at = Number(block.dataset.at)
      if (Number(block.dataset.limit) > beat.limit || now - at < beat.every * 1.5) continue
      block.dataset.at = at + Math.floor((now - at) / beat.every) * beat.every
    }
  }

  setInterval(() => {
    if (document.hidden || state.leaving) return
    countOn()
    showLife()
    const open = connection()
    if (!open || performance.now() - state.heardAt < DEAD) return
    // A reader that is cancelled comes back; a request that hangs is given up, and begun anew.
    if (open.reader) open.reader.cancel()
    else if (state.open) open.abortController?.abort()
  }, TICK)

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) state.heardAt = performance.now()
  })

  // Nothing moves under a hand

  const waiting = new Map()

  const only = matchMedia('(hover: hover)')
  const isBusy = (block) =>
    block.contains(document.activeElement) || (only.matches && block.matches(':hover'))

  /** What must wait, and for whom: the figures of a row with an open menu, the lines of a feed. */
  const holder = ({ target, fragment }) => {
    if (!(target instanceof Element)) return undefined
    // What is said goes on beside a tool's opened result.
    if (target.closest('.log')) return undefined
    const lines = target.closest('[data-calm], #panel-events')
    if (lines) return isBusy(lines) ? lines : undefined
    if (target.matches('section') || !target.querySelector('details[open]')) return undefined
    // A change of state is never held back, least of all the end of one's own deed.
    const is = fragment.firstElementChild?.dataset.is
    return is === target.dataset.is ? target : undefined
  }

  const hold = (block, { target, fragment, swapSpec }) => {
    const box = document.createElement('template')
    box.content.append(fragment.cloneNode(true))
    const held = waiting.get(block) ?? new Map()
    if (target === block) held.clear()
    held.set(
      target.id,
      `<hx-partial hx-target="#${CSS.escape(target.id)}" hx-swap="${swapSpec.style}">${box.innerHTML}</hx-partial>`,
    )
    waiting.set(block, held)
    block.dataset.waiting = ''
  }

  /** What is newer than what waits takes its place. */
  const forget = (target) => {
    if (!(target instanceof Element)) return
    for (const [block, held] of waiting) {
      held.delete(target.id)
      if (held.size > 0 && !target.contains(block)) continue
      waiting.delete(block)
      delete block.dataset.waiting
    }
  }

  const release = (block) => {
    const held = waiting.get(block)
    if (!held) return
    waiting.delete(block)
    delete block.dataset.waiting
    window.htmx.swap({
      sourceElement: feed,
      target: feed,
      swap: 'none',
      text: [...held.values()].join(''),
    })
  }

  const releaseFree = () => {
    for (const block of [...waiting.keys()])
      if (!block.isConnected) waiting.delete(block)
      else if (
        !(block.matches('[data-calm], #panel-events')
          ? isBusy(block)
          : block.querySelector('details[open]'))
      )
        release(block)
  }
  for (const kind of ['toggle', 'pointerout', 'focusout'])
    document.addEventListener(kind, () => waiting.size > 0 && setTimeout(releaseFree), true)

  // The focus stays where it was, or goes to the next thing that is there

  let focused

  const rowOf = (element) => element.closest('tr[id], li[id], article[id]')
  const keyOf = (element) =>
    [
      element.tagName,
      element.getAttribute('name'),
      element.getAttribute('value'),
      element.form?.getAttribute('action')?.replace(/\d+/, ''),
    ].join()

  const remember = () => {
    const element = document.activeElement
    const panel = element?.closest('section[id^="panel-"]')
    if (!panel) return undefined
    const row = rowOf(element)
    const rows = row ? [...row.parentElement.children] : []
    const place = rows.indexOf(row)
    const near = [...rows.slice(place + 1), ...rows.slice(0, Math.max(0, place)).reverse()]
    return {
      element,
      panel: panel.id,
      row: row?.id,
      near: near.map((r) => r.id),
      key: keyOf(element),
    }
  }

  const controls = 'a[href], button:not(:disabled), summary, input, select'
  const within = (id, key) => {
    const all = [...(document.getElementById(id)?.querySelectorAll(controls) ?? [])]
    return all.find((one) => keyOf(one) === key) ?? all[0]
  }

  const restore = ({ element, panel, row, near, key }) => {
    if (document.activeElement === element) return
    if (document.activeElement && document.activeElement !== document.body) return
    const id = [row, ...near].find((one) => one && document.getElementById(one))
    const found = element.isConnected ? element : ((id && within(id, key)) ?? headOf(panel))
    found?.focus({ preventScroll: true })
  }

  const headOf = (panel) => {
    const head = document.querySelector(`#${panel} h2`)
    head?.setAttribute('tabindex', '-1')
    return head
  }

  document.addEventListener('htmx:before:swap', ({ target, detail }) => {
    for (let i = detail.tasks.length - 1; i >= 0; i--) {
      const task = detail.tasks[i]
      const block = target === feed && holder(task)
      if (block) hold(block, ...detail.tasks.splice(i, 1))
      else forget(task.target)
    }
    focused = remember()
  })
  document.addEventListener('htmx:after:swap', () => {
    if (focused) restore(focused)
    focused = undefined
  })

  // A deed is asked for without leaving the page; the answer is its row, or a word about why not

  document.addEventListener('submit', async (event) => {
    const form = event.target
    const row = form.method === 'post' && rowOf(form)
    if (!row || event.defaultPrevented) return
    event.preventDefault()
    const { submitter } = event
    submitter?.setAttribute('aria-busy', 'true')
    const values = Object.fromEntries(new FormData(form, submitter))
    // An open menu holds its row back; what one has just asked for must be seen at once.
    const menu = form.closest('details')
    if (menu) {
      menu.open = false
      menu.querySelector('summary').focus()
    }
    try {
      await window.htmx.ajax('POST', form.action, {
        source: form,
        target: row,
        swap: 'outerMorph',
        values,
      })
    } finally {
      submitter?.removeAttribute('aria-busy')
    }
  })

  // What is spoken

  let toSay = []
  let quietUntil = 0

  const speak = () => {
    if (toSay.length === 0) return
    const text = toSay.length === 1 ? toSay[0] : `${toSay.length} changes: ${toSay.join(' ')}`
    toSay = []
    quietUntil = performance.now() + SPEAK
    put(document.getElementById('say'), text)
    setTimeout(speak, SPEAK)
  }

  feed.addEventListener('say', ({ detail }) => {
    const { loud, text } = JSON.parse(detail.data)
    if (loud) return put(document.getElementById('alarm'), text)
    toSay.push(text)
    if (performance.now() >= quietUntil) speak()
  })

  // How many decisions wait, beside the place where they are taken

  feed.addEventListener('waits', ({ detail }) => {
    for (const number of document.querySelectorAll('.bar .waits, .foot .waits')) {
      number.hidden = detail.data === '0'
      put(number.querySelector('b'), detail.data)
    }
  })

  // STOP reads differently for each who looks: the page asks for its own

  feed.addEventListener('stop', async () => {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
    if (!answer.ok) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const [mine, theirs] = [document, page].map((d) => d.querySelector('.bar .stop'))
    if (mine && theirs) mine.replaceWith(document.adoptNode(theirs))
  })

  if (!root.dataset.lead)
    root.dataset.lead = root.dataset.now ? Date.now() - Number(root.dataset.now) : 0
})()
