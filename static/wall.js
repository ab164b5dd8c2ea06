/**
 * The wall's script, for browsers since about 2012 (ES5): listens to the stream, asks every 5 s where
 * there is none, and says by itself how old everything is and when Jarvis is not heard. It reads only
 * attributes of its own page, keeps nothing but the last frame, and touches what has changed.
 */
;(function () {
  var page = document.getElementById('page')
  if (!page || !page.getAttribute('data-stream')) return
  if (!window.JSON || !window.XMLHttpRequest || !document.getElementsByClassName) {
    setTimeout(function () {
      location.reload()
    }, 15000)
    return
  }

  /** Milliseconds. The server speaks every 15 s, whatever happens. */
  var SILENT = 30000
  var QUIET = 25000
  var POLL = 5000
  var LATE = 20000

  /** When Jarvis was heard, by the clock of this device. */
  var heard
  /** This device's clock minus the server's. */
  var lead
  /** The reading that is shown, and how often there is one; the server's time. */
  var at
  var every = 0
  /** Midnight of the house's day, so that its clock can be counted on; the server's time. */
  var midnight
  var frame = page.innerHTML
  var isSilent = false
  var source = null
  /** Streams that ended without a word, and whether one ever spoke. */
  var mute = 0
  var spoke = false
  var poller = null
  var polls = 0

  function now() {
    return Date.now()
  }
  function element(id) {
    return document.getElementById(id)
  }
  function number(from, name) {
    var text = from && from.getAttribute(name)
    return text ? +text : undefined
  }
  function write(where, text) {
    if (where && where.textContent !== text) where.textContent = text
  }
  function two(n) {
    return n < 10 ? '0' + n : '' + n
  }
  function words(ms) {
    var s = Math.max(0, Math.round(ms / 1000))
    if (s < 60) return s + '\u00a0s'
    if (s < 3600) return Math.floor(s / 60) + '\u00a0min'
    if (s < 172800) return Math.floor(s / 3600) + '\u00a0h'
    return Math.floor(s / 86400) + '\u00a0d'
  }

  /** What the frame says of its own moment. */
  function read() {
    var wall = element('wall')
    var version = wall && wall.getAttribute('data-version')
    if (page.getAttribute('data-of') && version && version !== page.getAttribute('data-of')) {
      location.reload()
      return
    }
    if (version) page.setAttribute('data-of', version)
    var drawn = number(wall, 'data-now')
    if (drawn === undefined) return
    lead = now() - drawn
    at = number(wall, 'data-at')
    every = 0
    var clock = (wall.getAttribute('data-clock') || '00:00').split(':')
    midnight = drawn - (drawn % 60000) - (+clock[0] * 60 + +clock[1]) * 60000
  }
  /** A text is read at its end, unless somebody has gone back in it. */
  function isAtEnd() {
    var root = document.documentElement
    var top = window.pageYOffset || root.scrollTop
    return page.getAttribute('data-end') && top + window.innerHeight > root.scrollHeight - 40
  }
  function toEnd() {
    window.scrollTo(0, document.documentElement.scrollHeight)
  }
  function show(html) {
    // The same again only says that all is as it was.
    if (html !== frame || isSilent) {
      var low = isAtEnd()
      frame = html
      page.innerHTML = html
      if (low) toEnd()
    }
    isSilent = false
    heard = now()
    mute = 0
    read()
    tick()
  }

  function isNight(minute) {
    var range = (page.getAttribute('data-night') || '').split('-')
    if (range.length < 2) return false
    var from = +range[0]
    var to = +range[1]
    return from <= to ? minute >= from && minute < to : minute >= from || minute < to
  }
  function age(time) {
    // While each poll is good, silence means that it found nothing new.
    return every > 0 ? (time - at) % every : time - at
  }
  function tellSilence(quiet) {
    var wall = element('wall')
    if (!isSilent && wall) {
      isSilent = true
      wall.className = wall.className.replace(/well|amber|red|grey/, 'grey')
      write(element('rest'), 'What you see is what I last knew.')
    }
    var says = element('says')
    if (says) says.className = 'long'
    write(says, 'I have not heard from Jarvis for ' + words(quiet) + '.')
  }
  function tick() {
    var t = now()
    if (t < heard) heard = t
    var time = t - lead
    var minute = Math.floor(((((time - midnight) / 60000) % 1440) + 1440) % 1440)
    var look = 'shift' + (Math.floor(minute / 60) % 4) + (isNight(minute) ? ' night' : '')
    if (page.className !== look) page.className = look
    write(element('clock'), two(Math.floor(minute / 60)) + ':' + two(minute % 60))
    if (t - heard > SILENT) tellSilence(t - heard)
    if (at !== undefined) write(element('age'), words(isSilent ? time - at : age(time)) + ' old')
    var old = document.getElementsByClassName('since')
    for (var i = 0; i < old.length; i++) {
      var since = words(time - number(old[i], 'data-since'))
      write(old[i], old[i].getAttribute('data-off') ? 'lost ' + since : since + ' old')
    }
  }

  /** Asks once; `after` runs when there is an answer, or none in time. */
  function ask(after) {
    var request = new XMLHttpRequest()
    var timer = setTimeout(function () {
      request.abort()
    }, LATE)
    request.onreadystatechange = function () {
      if (request.readyState !== 4) return
      request.onreadystatechange = null
      clearTimeout(timer)
      // Not let in any more: the page itself says how to get in again.
      if (request.status === 401) location.reload()
      else if (request.status === 200) show(request.responseText)
      after()
    }
    request.open('GET', page.getAttribute('data-part') + '&t=' + now())
    request.send()
  }
  function poll() {
    ask(function () {
      polls += 1
      // A server that was away for long is back: streams cost it less.
      if (spoke && polls > 12 && now() - heard < POLL) {
        poller = null
        listen()
      } else poller = setTimeout(poll, POLL)
    })
  }

  /** Where streams do not work, or are too many, asking does. */
  function give(up) {
    if (source) source.close()
    source = null
    if (!up || poller) return
    polls = 0
    poller = true
    poll()
  }
  function again() {
    give(false)
    mute += 1
    if (mute > 3) give(true)
    // Asked once in between: only an answer tells whether we are still let in.
    else
      ask(function () {
        setTimeout(listen, POLL)
      })
  }
  function listen() {
    if (source || poller) return
    source = new EventSource(page.getAttribute('data-stream'))
    var opened = now()
    var mine = source
    source.onmessage = function (message) {
      spoke = true
      show(JSON.parse(message.data).html)
    }
    source.addEventListener('beat', function (message) {
      var beat = JSON.parse(message.data)
      // Back after a silence with nothing new: what stood there is true again.
      if (isSilent) show(frame)
      heard = now()
      lead = heard - beat.now
      every = beat.good ? beat.every : 0
      at = beat.at.live
      mute = 0
    })
    source.addEventListener('logout', function () {
      location.reload()
    })
    source.addEventListener('crowded', function () {
      spoke = false
      give(true)
    })
    source.onerror = function () {
      if (mine === source && mine.readyState === 2) again()
    }
    // A stream that is open and says nothing: some proxies and old engines hold it back.
    var watch = setInterval(function () {
      if (mine !== source) clearInterval(watch)
      else if (now() - Math.max(heard, opened) > QUIET) again()
    }, POLL)
  }

  heard = now()
  read()
  tick()
  if (page.getAttribute('data-end')) toEnd()
  setInterval(tick, 1000)
  if (window.EventSource) listen()
  else poll()
})()
