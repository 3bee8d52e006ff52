// A cookie goes to every port of this host; what lies here goes to none but this one. Without the key one looks and cannot decide.
const PLACE = 'sallyport page key'

const given = document.querySelector('[data-page-key]')
if (given !== null) {
  localStorage.setItem(PLACE, given.dataset.pageKey)
  location.replace('/')
}

const key = localStorage.getItem(PLACE)
if (key !== null) for (const field of document.querySelectorAll('[name=pageKey]')) field.value = key
for (const forms of document.querySelectorAll('[data-keyed]')) forms.disabled = key === null
for (const note of document.querySelectorAll('[data-keyless]')) note.hidden = key !== null
