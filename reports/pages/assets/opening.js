// Between the first section and the others: scripts run; and until the browser has painted what
// stands above it need not lay out what stands below. An address further down has all at once.
'use strict';
{
  const root = document.documentElement;
  root.classList.add('js');
  if (!location.hash && !document.hidden) {
    root.classList.add('opening');
    const opened = () => root.classList.remove('opening');
    new PerformanceObserver((list) => {
      if (list.getEntriesByName('first-contentful-paint').length) opened();
    }).observe({type: 'paint', buffered: true});
    addEventListener('load', opened);  // at the latest: a page that is behind others is not painted
  }
}
