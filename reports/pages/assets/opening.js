// Between the first section and the others: until the browser has painted what stands above it need
// not lay out what stands below. An address further down has all at once.
'use strict';
if (!location.hash && !document.hidden) {
  const {classList} = document.documentElement;
  const opened = () => classList.remove('opening');
  addEventListener('load', opened);  // at the latest: a page that is behind others is not painted
  new PerformanceObserver((list) => {
    if (list.getEntriesByName('first-contentful-paint').length) opened();
  }).observe({type: 'paint', buffered: true});
  classList.add('opening');  // last: a browser that knows no such observer shows all
}
