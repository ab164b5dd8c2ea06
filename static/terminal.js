/**
 * The terminal on a page: finds its block, loads xterm when a terminal is opened in it, and keeps the
 * socket alive. The protocol is that of lib/terminals/protocol.ts. A module: browsers that cannot run
 * xterm (before 2022) never load this, and have the same screen as text.
 */
const ACK_EVERY = 32 * 1024
const PIECE = 16 * 1024
const MOST_ON_ITS_WAY = 256 * 1024
const RESIZE_AFTER = 150
const WAITS = [500, 1000, 2000, 4000, 7000, 10000]
const SCROLL = { back: '\x1b[9001~', forth: '\x1b[9002~' }
const KEYS = {
  esc: '\x1b',
  tab: '\t',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
}

/** What a close code means to a person; `again` = worth another try by itself. */
const ENDINGS = {
  1000: { words: 'The connection was closed.', again: true },
  1001: { words: 'Jarvis is being restarted; I come back by myself.', again: true },
  1003: { words: 'The page and the server do not speak the same protocol. Load the page again.' },
  1006: { words: 'The connection was lost.', again: true },
  1009: { words: 'Too much was sent at once.', again: true },
  4401: { words: 'You have been logged out.', login: true },
  4404: { words: 'This terminal is not there any more.' },
  4410: { words: 'What ran in it has ended.' },
  4411: { words: 'Detached. It lives on.' },
  4429: { words: 'Too many look at terminals already.' },
  4500: { words: 'It could not be opened.', again: true },
  4502: { words: 'The link to its host was lost.', again: true },
}

const kept = {
  get(name, otherwise) {
    try {
      return localStorage.getItem(`terminal.${name}`) ?? otherwise
    } catch {
      return otherwise
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(`terminal.${name}`, value)
    } catch {
      // A browser without storage forgets the size of its type, nothing else.
    }
  },
}

/** Colours beyond the palette stand in the attribute, which the policy forbids; the object it allows. */
function setStyled(name, value) {
  if (name === 'style') this.style.cssText = value
  else Element.prototype.setAttribute.call(this, name, value)
}
/**
 * xterm writes its rules into style elements, which the page's policy forbids. It gets elements that
 * look like one and put the text into a constructed sheet, which is no inline style.
 */
const allowStyles = () => {
  const make = document.createElement.bind(document)
  document.createElement = (name, ...rest) => {
    if (name === 'span') return Object.assign(make(name, ...rest), { setAttribute: setStyled })
    if (String(name).toLowerCase() !== 'style') return make(name, ...rest)
    const element = make('template')
    const sheet = new CSSStyleSheet()
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
    Object.defineProperty(element, 'textContent', { set: (text) => sheet.replaceSync(text) })
    const remove = element.remove.bind(element)
    element.remove = () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((s) => s !== sheet)
      remove()
    }
    return element
  }
}

let loading
const load = (block) => {
  loading ??= (async () => {
    allowStyles()
    const sheet = Object.assign(document.createElement('link'), {
      rel: 'stylesheet',
      href: block.dataset.css,
    })
    const styled = new Promise((done) => {
      sheet.onload = done
      sheet.onerror = done
    })
    document.head.append(sheet)
    const { xterm, fit, search, links } = block.dataset
    const [core, ...addons] = await Promise.all([
      import(xterm),
      import(fit),
      import(search),
      import(links),
      document.fonts?.load('13px "JetBrains Mono"'),
      styled,
    ])
    const [{ FitAddon }, { SearchAddon }, { WebLinksAddon }] = addons
    return { Terminal: core.Terminal, FitAddon, SearchAddon, WebLinksAddon }
  })()
  return loading
}

/** Programs choose colours for dark grounds, so the ground is dark in every mode. */
const themeOf = () => {
  const style = getComputedStyle(document.documentElement)
  const colour = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise
  return {
    background: colour('--terminal', '#03070a'),
    foreground: '#e6f0f6',
    cursor: '#67d1fb',
    cursorAccent: '#03070a',
    selectionBackground: '#2d85aa',
    selectionForeground: '#ffffff',
    black: '#1b2b37',
    red: '#ff7a6b',
    green: '#5fd9a4',
    yellow: '#ffb950',
    blue: '#67a8fb',
    magenta: '#d6a2ff',
    cyan: '#67d1fb',
    white: '#dbe7ee',
    brightBlack: '#8ca0ad',
    brightRed: '#ff9d92',
    brightGreen: '#8ff0c2',
    brightYellow: '#ffd48a',
    brightBlue: '#a3ccff',
    brightMagenta: '#e6c9ff',
    brightCyan: '#a6e5ff',
    brightWhite: '#ffffff',
  }
}

const open = (uri) => {
  if (/^https?:\/\//i.test(uri)) window.open(uri, '_blank', 'noopener,noreferrer')
}

const start = (block) => {
  const find = (selector) => block.querySelector(selector)
  const host = find('.screen-host')
  const says = find('.says')
  const again = find('[data-do="again"]')
  const encoder = new TextEncoder()
  let term
  let fit
  let search
  let socket
  let id
  let mode = 'work'
  let way
  let tries = 0
  let timer
  let unacked = 0
  let held = { ctrl: false, alt: false }
  let outbox = []
  let pumping = false
  let ended
  let problem
  let resizing
  let listing
  let generation = 0
  /** Another try is due by itself. */
  let waits = false

  const say = (words) => {
    says.textContent = words
  }
  const frame = (type, bytes) => {
    const all = new Uint8Array(bytes.length + 1)
    all[0] = type
    all.set(bytes, 1)
    return all
  }
  const send = (type, bytes) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(frame(type, bytes))
  }
  const control = (asked) => send(4, encoder.encode(JSON.stringify(asked)))

  /** Long pastes go in pieces, as the network takes them. */
  const pump = () => {
    if (pumping) return
    while (outbox.length > 0 && socket?.readyState === WebSocket.OPEN) {
      if (socket.bufferedAmount > MOST_ON_ITS_WAY) {
        pumping = true
        setTimeout(() => {
          pumping = false
          pump()
        }, 20)
        return
      }
      const [first] = outbox
      send(0, first.subarray(0, PIECE))
      if (first.length > PIECE) outbox[0] = first.subarray(PIECE)
      else outbox.shift()
    }
  }
  const type = (bytes) => {
    if (mode === 'watch' || bytes.length === 0) return
    outbox.push(bytes)
    pump()
  }
  const typeText = (text) => type(encoder.encode(text))

  /** Ctrl and Alt of the row of keys hold for one key. */
  const withHeld = (text) => {
    if (!held.ctrl && !held.alt) return text
    let out = text
    if (held.ctrl && text.length === 1) {
      const code = text.toUpperCase().charCodeAt(0)
      if (code >= 64 && code < 96) out = String.fromCharCode(code - 64)
      if (text === ' ') out = '\0'
    }
    if (held.alt) out = `\x1b${out}`
    hold({ ctrl: false, alt: false })
    return out
  }
  const hold = (next) => {
    held = next
    for (const key of ['ctrl', 'alt'])
      find(`[data-key="${key}"]`).setAttribute('aria-pressed', String(held[key]))
  }

  const sendSize = () => {
    if (!term || mode === 'watch') return
    const bytes = new Uint8Array(4)
    const view = new DataView(bytes.buffer)
    view.setUint16(0, term.cols)
    view.setUint16(2, term.rows)
    send(1, bytes)
  }
  const showSize = () => {
    if (term) find('.size').textContent = `${term.cols}×${term.rows}`
  }
  const refit = () => {
    clearTimeout(resizing)
    resizing = setTimeout(() => {
      if (!term || host.clientWidth === 0) return
      fit.fit()
      showSize()
      sendSize()
    }, RESIZE_AFTER)
  }

  const acked = (bytes) => {
    unacked += bytes
    if (unacked < ACK_EVERY) return
    const body = new Uint8Array(4)
    new DataView(body.buffer).setUint32(0, unacked)
    unacked = 0
    send(2, body)
  }

  const drawWindows = (windows) => {
    const row = find('.windows')
    row.hidden = false
    row.replaceChildren()
    for (const w of windows) {
      const tab = document.createElement('button')
      tab.type = 'button'
      tab.className = 'window'
      tab.textContent = w.name
      tab.title = w.command
      tab.setAttribute('aria-pressed', String(w.active))
      tab.onclick = () => {
        control({ do: 'select', id: w.id })
        term.focus()
      }
      tab.ondblclick = () => rename(w)
      row.append(tab)
      if (mode === 'watch' || !w.active) continue
      row.append(small('✎', `Rename ${w.name}`, () => rename(w)))
      if (windows.length > 1)
        row.append(
          small('×', `Close ${w.name}`, () => {
            if (isShell(w.command) || confirm(`${w.command} runs in it. Close it all the same?`))
              control({ do: 'close', id: w.id })
          }),
        )
    }
    if (mode === 'work') row.append(small('+', 'A new window', () => control({ do: 'new' })))
  }
  const isShell = (command) => /^(ba|da|z|fi|k|tc)?sh$|^ash$|^pct$|^lxc-attach$/.test(command)
  const small = (text, label, work) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'window small'
    button.textContent = text
    button.title = label
    button.setAttribute('aria-label', label)
    button.onclick = () => {
      work()
      term.focus()
    }
    return button
  }
  const rename = (w) => {
    const name = mode === 'work' && prompt('Name of this window', w.name)
    if (name) control({ do: 'rename', id: w.id, name })
  }

  const meta = (m) => {
    if (m.problem) {
      problem = m.problem
      return
    }
    if (m.reset) term.reset()
    if (m.way) {
      way = m.way
      const words = way === 'tmux' ? 'stays alive when you leave' : 'ends with the server'
      find('.way').textContent = words
      find('.way').className = `way ${way}`
      const fact = document.getElementById('way')
      if (fact) fact.textContent = words
      const offer = document.getElementById('offer')
      if (offer) offer.hidden = way !== 'kept'
      if (way === 'kept') find('.windows').hidden = true
    }
    if (m.state === 'open') {
      tries = 0
      problem = undefined
      block.dataset.state = 'open'
      say(mode === 'watch' ? 'You watch: keys do nothing here.' : '')
      again.hidden = true
      if (way === 'tmux') control({ do: 'windows' })
    }
    if (m.cols && m.rows && (way === 'kept' || mode === 'watch') && !m.state) {
      if (term.cols !== m.cols || term.rows !== m.rows) term.resize(m.cols, m.rows)
      showSize()
    }
    if (m.viewers) find('.lookers').textContent = m.viewers > 1 ? `${m.viewers} viewers` : ''
    if (m.windows) drawWindows(m.windows)
    if (m.notice) say(m.notice)
  }

  const hear = (event) => {
    const bytes = new Uint8Array(event.data)
    const body = bytes.subarray(1)
    if (bytes[0] === 0) term.write(body, () => acked(body.length))
    else if (bytes[0] === 1) ended = JSON.parse(new TextDecoder().decode(body))
    else if (bytes[0] === 2) meta(JSON.parse(new TextDecoder().decode(body)))
  }

  const closed = ({ code, reason }) => {
    socket = undefined
    outbox = []
    block.dataset.state = 'closed'
    find('.lookers').textContent = ''
    const ending = ENDINGS[code] ?? ENDINGS[1006]
    const why = problem ? [problem.text, problem.next].filter(Boolean).join(' ') : reason
    const exit = ended?.code ? ` (exit ${ended.code})` : ''
    say(`${(code >= 4404 && why) || ending.words}${exit}`)
    again.hidden = false
    if (ending.login) leadToLogin()
    else if (ending.again) later()
  }
  const leadToLogin = () => {
    again.hidden = true
    const link = document.createElement('a')
    link.href = `/login?next=${encodeURIComponent(location.pathname)}`
    link.textContent = 'Log in again'
    says.append(' ', link)
  }
  const later = () => {
    clearTimeout(timer)
    waits = true
    const wait = WAITS[Math.min(tries, WAITS.length - 1)] * (0.75 + Math.random() / 2)
    tries += 1
    timer = setTimeout(connect, wait)
  }

  const connect = async () => {
    clearTimeout(timer)
    waits = false
    if (socket || !id) return
    const turn = ++generation
    again.hidden = true
    say('Opening…')
    let answer
    try {
      answer = await fetch(`/terminals/${id}/ticket`, {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify({ mode }),
      })
    } catch {
      if (turn === generation) closed({ code: 1006, reason: '' })
      return
    }
    if (turn !== generation) return
    if (!answer.ok) return refused(answer)
    const { ticket, socket: path } = await answer.json()
    const at = new URL(path, location.href)
    at.protocol = at.protocol.replace('http', 'ws')
    at.search = new URLSearchParams({ ticket, cols: term.cols, rows: term.rows })
    const opened = new WebSocket(at)
    opened.binaryType = 'arraybuffer'
    socket = opened
    ended = undefined
    problem = undefined
    unacked = 0
    opened.onopen = () => {
      term.reset()
      sendSize()
    }
    opened.onmessage = (event) => {
      if (socket === opened) hear(event)
    }
    opened.onclose = (event) => {
      if (socket === opened) closed(event)
    }
  }
  const refused = async (answer) => {
    if (answer.status === 401 || answer.redirected) return closed({ code: 4401, reason: '' })
    const words = await answer.json().catch(() => ({}))
    const gone = answer.status === 404
    closed({ code: gone ? 4410 : answer.status === 403 ? 4404 : 1006, reason: words.error ?? '' })
  }
  /** At once when the network or the person is back: a phone kills sockets in the background. */
  const hurry = () => {
    if (document.visibilityState === 'hidden' || !id) return
    if (!waits || socket) return
    tries = 0
    connect()
  }

  const copy = async () => {
    const text = term.getSelection()
    if (!text) return say('Nothing is selected.')
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      copyOldWay(text)
    }
    say(`Copied ${text.length} characters.`)
  }
  /** Over plain http there is no clipboard object. */
  const copyOldWay = (text) => {
    const area = document.createElement('textarea')
    area.value = text
    area.className = 'unseen'
    document.body.append(area)
    area.select()
    document.execCommand('copy')
    area.remove()
    term.focus()
  }
  const paste = async () => {
    try {
      term.paste(await navigator.clipboard.readText())
      term.focus()
    } catch {
      find('form.paster').hidden = false
      find('form.paster textarea').focus()
    }
  }
  const resizeType = (by) => {
    const size = Math.min(28, Math.max(8, term.options.fontSize + by))
    term.options.fontSize = size
    kept.set('size', size)
    refit()
  }
  const setReader = (on) => {
    term.options.screenReaderMode = on
    find('[data-do="reader"]').setAttribute('aria-pressed', String(on))
    kept.set('reader', on ? '1' : '')
  }

  const deeds = {
    copy,
    paste,
    smaller: () => resizeType(-1),
    larger: () => resizeType(1),
    reader: () => setReader(!term.options.screenReaderMode),
    find() {
      find('form.finder').hidden = false
      find('form.finder input').focus()
    },
    unfind() {
      find('form.finder').hidden = true
      search.clearDecorations()
      term.focus()
    },
    unpaste() {
      find('form.paster').hidden = true
      term.focus()
    },
    again() {
      tries = 0
      connect()
    },
  }

  const press = (key) => {
    if (key === 'ctrl' || key === 'alt') hold({ ...held, [key]: !held[key] })
    else if (key === 'back' || key === 'forth') scroll(key, 8)
    else {
      const arrow = /^\x1b\[([A-D])$/.exec(KEYS[key])?.[1]
      const app = arrow && term.modes.applicationCursorKeysMode
      typeText(withHeld(app ? `\x1bO${arrow}` : KEYS[key]))
    }
    term.focus()
  }
  /** tmux has what scrolled away; without it the screen here has. */
  const scroll = (direction, times) => {
    if (way !== 'tmux') return term.scrollLines((direction === 'back' ? -3 : 3) * times)
    typeText(SCROLL[direction].repeat(times))
  }

  const wheel = (event) => {
    if (way !== 'tmux' || event.ctrlKey) return true
    const step = event.deltaMode === 1 ? event.deltaY / 3 : event.deltaY / 50
    const times = Math.min(10, Math.max(1, Math.round(Math.abs(step))))
    if (event.deltaY !== 0) scroll(event.deltaY < 0 ? 'back' : 'forth', times)
    event.preventDefault()
    return false
  }
  const touches = () => {
    let last
    host.addEventListener('touchstart', (e) => {
      last = e.touches.length === 1 ? e.touches[0].clientY : undefined
    })
    host.addEventListener(
      'touchmove',
      (e) => {
        if (last === undefined || way !== 'tmux') return
        const moved = e.touches[0].clientY - last
        if (Math.abs(moved) < 36) return
        scroll(moved > 0 ? 'back' : 'forth', 1)
        last = e.touches[0].clientY
      },
      { passive: true },
    )
  }

  /** The server answers these for a screen that it keeps; a second answer would be typed into it. */
  const leaveAnswers = (parser) => {
    const ours = () => way === 'kept' || mode === 'watch'
    for (const what of [
      { final: 'c' },
      { prefix: '>', final: 'c' },
      { prefix: '=', final: 'c' },
      { final: 'n' },
      { prefix: '?', final: 'n' },
      { prefix: '?', intermediates: '$', final: 'p' },
      { intermediates: '$', final: 'p' },
      { prefix: '>', final: 'q' },
    ])
      parser.registerCsiHandler(what, ours)
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, ours)
    for (const colour of [4, 10, 11, 12])
      parser.registerOscHandler(colour, (data) => ours() && data.includes('?'))
    // OSC 52 would let a program write into the clipboard of whoever looks.
    parser.registerOscHandler(52, () => true)
  }
  const keyDown = (event) => {
    if (event.type !== 'keydown') return true
    if (event.ctrlKey && event.shiftKey && event.key === 'Escape') {
      term.blur()
      find('[data-do="copy"]').focus()
      say('You have left the terminal.')
      return false
    }
    const copies = event.ctrlKey && !event.altKey && event.key.toLowerCase() === 'c'
    if (copies && (event.shiftKey || term.hasSelection())) {
      copy()
      term.clearSelection()
      event.preventDefault()
      return false
    }
    return true
  }

  const build = async () => {
    const { Terminal, FitAddon, SearchAddon, WebLinksAddon } = await load(block)
    host.replaceChildren()
    term = new Terminal({
      allowProposedApi: true,
      cursorBlink: false,
      fontFamily: '"JetBrains Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
      fontSize: Number(kept.get('size', 13)),
      lineHeight: 1.25,
      scrollback: 5000,
      minimumContrastRatio: document.documentElement.dataset.mode === 'contrast' ? 7 : 4.5,
      macOptionIsMeta: true,
      theme: themeOf(),
      linkHandler: { activate: (_, uri) => open(uri), allowNonHttpProtocols: false },
      // Reports of the title or the window would be typed into the shell: none is allowed.
      windowOptions: {},
    })
    fit = new FitAddon()
    search = new SearchAddon()
    term.loadAddon(fit)
    term.loadAddon(search)
    term.loadAddon(new WebLinksAddon((_, uri) => open(uri)))
    leaveAnswers(term.parser)
    term.attachCustomKeyEventHandler(keyDown)
    term.attachCustomWheelEventHandler(wheel)
    term.open(host)
    fit.fit()
    showSize()
    term.textarea.setAttribute('aria-label', 'Terminal. Ctrl+Shift+Escape leaves it.')
    term.onData((text) => typeText(withHeld(text)))
    term.onBinary((text) => type(Uint8Array.from(text, (c) => c.charCodeAt(0))))
    // tmux' title changes whenever a window comes, goes or is renamed.
    term.onTitleChange(() => {
      if (way !== 'tmux') return
      clearTimeout(listing)
      listing = setTimeout(() => control({ do: 'windows' }), 100)
    })
    if (kept.get('reader', '')) setReader(true)
    new ResizeObserver(refit).observe(host)
    new MutationObserver(() => {
      term.options.theme = themeOf()
      term.options.minimumContrastRatio =
        document.documentElement.dataset.mode === 'contrast' ? 7 : 4.5
    }).observe(document.documentElement, { attributes: true, attributeFilter: ['data-mode'] })
    touches()
    block.terminal = term
  }

  const show = async (wanted, how) => {
    if (id === wanted && mode === how && socket) return term.focus()
    generation += 1
    const before = socket
    socket = undefined
    before?.close()
    clearTimeout(timer)
    id = wanted
    mode = how
    way = undefined
    tries = 0
    outbox = []
    block.dataset.state = 'opening'
    say('Opening…')
    find('.windows').hidden = true
    if (!term) await build()
    term.reset()
    await connect()
    term.focus()
  }

  block.addEventListener('click', (event) => {
    const doing = event.target.closest('[data-do]')?.dataset.do
    if (doing && (term || doing === 'again')) return deeds[doing]()
    const key = event.target.closest('[data-key]')?.dataset.key
    if (key && term) return press(key)
    const tab = event.target.closest('[data-open]')
    // On the terminal's own page a tab is a link like any other.
    if (!tab || block.dataset.id || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    for (const other of block.querySelectorAll('[data-open]')) other.removeAttribute('aria-current')
    tab.setAttribute('aria-current', 'page')
    show(tab.dataset.open, 'work')
  })
  // A touch on the row of keys must not close the soft keyboard.
  find('.keys').addEventListener('pointerdown', (event) => event.preventDefault())
  find('form.finder').addEventListener('submit', (event) => {
    event.preventDefault()
    const words = find('form.finder input').value
    if (!words) return
    if (way === 'tmux' && mode === 'work') control({ do: 'find', name: words })
    else if (!search.findPrevious(words)) say(`“${words}” is not on the screen.`)
  })
  find('form.paster').addEventListener('submit', (event) => {
    event.preventDefault()
    const area = find('form.paster textarea')
    if (area.value) term.paste(area.value)
    area.value = ''
    deeds.unpaste()
  })
  document.addEventListener('visibilitychange', hurry)
  window.addEventListener('online', hurry)
  window.addEventListener('pagehide', () => socket?.close(1000))
  if (block.dataset.id) show(block.dataset.id, block.dataset.mode)
}

const block = document.getElementById('terminal')
if (block) start(block)
