/**
 * Searches and sorts the guests in place, over the rows that the page and its feed bring. Without it
 * the same form and the same links ask the server. What is chosen stays while rows come and go.
 */
;(() => {
  const section = () => document.getElementById('panel-guests')
  const asked = new URLSearchParams(location.search)
  const chosen = { q: asked.get('q') ?? '', sort: asked.get('sort') ?? '' }

  const units = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }
  const text = (row, cell) => row.querySelector(cell)?.textContent.trim() ?? ''
  const load = (row) => -(Number.parseFloat(text(row, 'td.cpu .fig')) || -1)
  const memory = (row) => {
    const [, figure, unit] = /^([\d.]+).*?([KMGT]?i?B)/s.exec(text(row, 'td.memory .fig')) ?? []
    return figure === undefined ? 1 : -Number(figure) * units[unit]
  }
  const keys = {
    id: (row) => Number(text(row, 'td.id')),
    name: (row) => text(row, 'th a').toLowerCase(),
    node: (row) => text(row, 'td.node').split(' ').at(-1).toLowerCase(),
    cpu: load,
    memory,
    state: (row) => row.dataset.is,
  }

  const search = (table) => {
    const wanted = chosen.q.toLowerCase().split(/\s+/).filter(Boolean)
    for (const row of table.querySelectorAll('tbody tr[id]')) {
      const words = row.textContent.toLowerCase()
      const hidden = !wanted.every((word) => words.includes(word))
      if (row.hidden !== hidden) row.hidden = hidden
    }
    for (const group of table.querySelectorAll('tr.group')) {
      const rows = [...group.parentElement.querySelectorAll('tr[id]')]
      group.hidden = chosen.sort !== '' || rows.every((row) => row.hidden)
    }
  }

  /** All rows move into the first body; their old places come back with the next whole panel. */
  const sort = (table) => {
    const key = keys[chosen.sort]
    if (!key) return
    const rows = [...table.querySelectorAll('tbody tr[id]')]
    const ranked = rows
      .map((row) => ({ row, k: key(row), id: keys.id(row) }))
      .sort((a, b) => (a.k < b.k ? -1 : a.k > b.k ? 1 : a.id - b.id))
      .map(({ row }) => row)
    if (ranked.every((row, i) => row === rows[i])) return
    table.tBodies[0].append(...ranked)
  }

  const show = () => {
    const table = section()?.querySelector('table.guests')
    if (!table || (!chosen.q && !chosen.sort && !chosen.touched)) return
    watcher.disconnect()
    sort(table)
    search(table)
    for (const head of table.querySelectorAll('thead th')) {
      const own = head.querySelector('a')?.dataset.sort === (chosen.sort || 'id')
      if (own)
        head.setAttribute('aria-sort', /cpu|memory/.test(chosen.sort) ? 'descending' : 'ascending')
      else head.removeAttribute('aria-sort')
    }
    const field = section().querySelector('.find input[type="search"]')
    if (field && field !== document.activeElement && field.value !== chosen.q)
      field.value = chosen.q
    watch()
  }

  let due = 0
  const later = () => {
    cancelAnimationFrame(due)
    due = requestAnimationFrame(show)
  }
  const watcher = new MutationObserver(later)
  const watch = () => {
    const place = section()?.parentElement
    if (place) watcher.observe(place, { childList: true, subtree: true, characterData: true })
  }

  /** The address says what is seen, so that loading anew, or sending the link, shows the same. */
  const say = () => {
    const url = new URL(location.href)
    for (const key of ['q', 'sort'])
      if (chosen[key]) url.searchParams.set(key, chosen[key])
      else url.searchParams.delete(key)
    history.replaceState(history.state, '', url)
  }

  document.addEventListener('input', ({ target }) => {
    if (!target.closest?.('[data-find="guests"]')) return
    chosen.q = target.value
    chosen.touched = true
    say()
    later()
  })
  document.addEventListener('submit', (event) => {
    if (event.target.matches?.('[data-find="guests"]')) event.preventDefault()
  })
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('#panel-guests thead a[data-sort]')
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    chosen.sort = link.dataset.sort
    chosen.touched = true
    say()
    show()
  })
  // One menu at a time; Escape and a click beside it close it.
  const closeMenus = (but) => {
    for (const menu of document.querySelectorAll(
      'details.menu[open], .quorum details[open], .places details[open], .foot details[open]',
    ))
      if (!but || !menu.contains(but)) menu.open = false
  }
  document.addEventListener('click', ({ target }) => closeMenus(target))
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    const open = event.target.closest?.('details[open]')
    closeMenus()
    open?.querySelector('summary')?.focus()
  })

  if (!keys[chosen.sort]) chosen.sort = ''
  watch()
})()
