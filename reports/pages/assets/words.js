// How numbers and verdicts are said: as reports/pages/wording.cpp says them.
'use strict';
plumbline.words = (() => {
  const minus = (text) => text.replace(/^-/, '\u2212');

  // Four significant digits, whole numbers exactly.
  const number = (value) => {
    if (Number.isNaN(value)) return '';
    if (value === 0) return '0';
    const size = Math.abs(value);
    if (Number.isInteger(value) && size < 1e15) return minus(String(value));
    if (size >= 1e6 || size < 1e-4) {
      const [digits, exponent] = value.toExponential(3).split('e');
      return minus(`${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`);
    }
    return minus(size >= 9999.5 ? value.toFixed(0) : value.toPrecision(4));
  };

  // The same without the exception: for values that are only near a whole number.
  const rough = (value) => (Number.isInteger(value) && Math.abs(value) < 1000 ? value.toPrecision(4) : number(value));

  const percent = (ratio) => {
    if (Number.isNaN(ratio)) return '';
    const value = 100 * ratio;
    const size = Math.abs(value);
    if (size < 0.05) return '0.0\u00a0%';
    return `${value < 0 ? '\u2212' : '+'}${size.toFixed(size < 100 ? 1 : 0)}\u00a0%`;
  };

  const count = (value) => {
    const text = String(value);
    return text.length < 5 ? text : text.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  };
  const countOf = (value, one) => `${count(value)}\u00a0${one}${value === 1 ? '' : 's'}`;

  // By the numbers of the enums Verdict and NodeOutcome: the word, and the class and shape.
  const verdicts = [
    ['PASS', 'pass'], ['UNJUDGED', 'unjudged'], ['WARN', 'warn'], ['INCONCLUSIVE', 'inconclusive'],
    ['MISSING', 'missing'], ['FAIL', 'fail'],
  ];
  const outcomes = [['ACCEPT', 'pass'], ['INCOMPLETE', 'missing'], ['REJECT', 'fail']];

  const svg = 'http://www.w3.org/2000/svg';
  // The word of a verdict with its shape; `set` changes it.
  const badge = () => {
    const span = document.createElement('span');
    const shape = document.createElementNS(svg, 'svg');
    shape.setAttribute('class', 'shape');
    shape.setAttribute('viewBox', '0 0 12 12');
    shape.setAttribute('aria-hidden', 'true');
    const use = shape.appendChild(document.createElementNS(svg, 'use'));
    const word = document.createTextNode('');
    span.append(shape, word);
    return {
      span,
      set: ([text, name]) => {
        span.className = `badge v-${name}`;
        use.setAttribute('href', `#shape-${name}`);
        word.data = text;
      },
    };
  };

  // A sentence, with what stands between backticks as code.
  const prose = (into, sentence) => {
    sentence.split('`').forEach((part, i, parts) => {
      if (i % 2 && i < parts.length - 1) {
        into.appendChild(document.createElement('code')).textContent = part;
      } else {
        into.append(i % 2 ? '`' + part : part);
      }
    });
    return into;
  };

  // "gpu10" after "gpu9": a key that compares as text.
  const naturalKey = (text) => text.replace(/\d+/g, (digits) => digits.padStart(12, '0'));

  return {number, rough, percent, count, countOf, verdicts, outcomes, badge, prose, naturalKey};
})();

// Copies a text; false where the browser does not let a page do that.
plumbline.copied = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');  // where the clipboard API is not given
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
};
