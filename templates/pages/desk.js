// Says how long is left, and keeps a double tap from deciding twice. Without it, the page works.
const left = (ms) => {
  const seconds = Math.ceil(ms / 1000)
  if (seconds <= 0) return 'now'
  if (seconds < 120) return `${seconds} s left`
  const minutes = Math.floor(seconds / 60)
  return minutes < 90 ? `${minutes} min left` : `${Math.round(minutes / 60)} h left`
}
const places = [...document.querySelectorAll('[data-countdown]')]
const tick = () => {
  for (const place of places) {
    const words = left(Date.parse(place.dataset.countdown) - Date.now())
    if (place.textContent !== words) place.textContent = words
  }
}
tick()
if (places.length > 0) setInterval(tick, 1000)

const forms = [...document.querySelectorAll('form[data-once]')]
const open = (isOpen) => {
  for (const form of forms)
    for (const button of form.querySelectorAll('button')) button.disabled = !isOpen
}
for (const form of forms) {
  // The browser has taken the form's fields by then.
  form.addEventListener('submit', () => setTimeout(() => open(false)))
}
// Come back to by the Back button, the page may be asked again.
window.addEventListener('pageshow', ({ persisted }) => persisted && open(true))
