/**
 * An armed card: its line and its seconds, once a second, since time is what they say. The button is
 * armed when what is typed is right; the server checks it again. When the two minutes are over the card
 * goes grey and can be opened again, with what was typed.
 */
;(() => {
  const card = document.getElementById('approval')
  if (!card?.dataset.until) return
  const from = Number(card.dataset.from)
  const until = Number(card.dataset.until)
  // Counted from the moment the page came: neither clock has to be right.
  const began = performance.now()
  const [form, again] = card.querySelectorAll('form')
  const field = card.querySelector('[data-typed]')
  const verb = document.getElementById('approval-verb')
  const why = document.getElementById('approval-why')
  const time = card.querySelector('.left-time .fig')
  const line = card.querySelector('.time .value')
  const LAST = 30
  let warned = false

  const arm = () => {
    const right = !field || field.value.trim() === field.dataset.typed
    verb.disabled = !right
    verb.classList.toggle('armed', right)
    verb.classList.toggle('danger', !right)
    if (why) why.hidden = right
  }

  const warn = () => {
    warned = true
    const alarm = document.getElementById('alarm')
    if (alarm) alarm.textContent = `${LAST} seconds are left to decide.`
  }

  const over = () => {
    clearInterval(ticking)
    card.classList.add('over')
    card.querySelector('.expiry').hidden = true
    const hadFocus = form.contains(document.activeElement)
    form.hidden = true
    // Nothing that could confirm anything stays behind.
    for (const secret of form.querySelectorAll('[type="hidden"]')) secret.remove()
    const typed = again.querySelector('[name="typed"]')
    if (field) typed.value = field.value
    again.hidden = false
    if (hadFocus) again.querySelector('button').focus()
  }

  const tick = () => {
    const left = until - from - (performance.now() - began)
    const s = Math.max(0, Math.ceil(left / 1000))
    time.textContent = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`
    line.setAttribute('width', `${Math.max(0, Math.round((1000 * left) / 120000) / 10)}%`)
    if (s <= LAST && s > 0 && !warned) warn()
    if (left <= 0) over()
  }

  form.addEventListener('submit', (event) => {
    const { submitter } = event
    if (submitter !== verb) return
    verb.setAttribute('aria-busy', 'true')
    // After the form is sent, so that it is sent; a second click sends nothing.
    setTimeout(() => {
      verb.disabled = true
    })
  })
  field?.addEventListener('input', arm)
  arm()
  tick()
  const ticking = setInterval(tick, 1000)
})()
