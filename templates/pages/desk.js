// Says how long is left, and keeps a double tap from deciding twice. Without it, the page works.
for (const time of document.querySelectorAll('time[data-countdown]')) {
  const at = Date.parse(time.dateTime)
  const words = time.textContent
  const tick = () => {
    const minutes = Math.round((at - Date.now()) / 60_000)
    const left = minutes > 90 ? `${Math.round(minutes / 60)} h` : `${minutes} min`
    time.textContent = minutes > 0 ? `${words} (${left} left)` : `${words} (now)`
  }
  tick()
  setInterval(tick, 15_000)
}
for (const form of document.querySelectorAll('form[data-once]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent === 'yes') event.preventDefault()
    form.dataset.sent = 'yes'
  })
}
