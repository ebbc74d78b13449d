// Loaded in the head and run before anything is painted: the reader's theme, or the system's.
try {
  document.documentElement.dataset.theme = localStorage.getItem('theme') ?? 'system'
} catch {
  document.documentElement.dataset.theme = 'system'
}
