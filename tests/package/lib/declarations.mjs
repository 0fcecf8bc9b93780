// The names in the package's declarations, as far as a test needs them.

/** The exports that exist at run time, sorted. */
export function values(text) {
  return [...text.matchAll(/^export (?:declare )?(?:class|const|function) (\w+)/gm)].map(([, name]) => name).sort();
}

/** Pairs of a class and the names of its instance members. */
export function members(text) {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
  return [...code.matchAll(/^export class (\w+)(?:<.*>)?(?: extends [\w<>, ]+)? \{/gm)].map((match) => {
    const body = bodyFrom(code, match.index + match[0].length);
    const found = statements(body).map((statement) => /^(?:private |readonly )*(\w+)/.exec(statement.trim())?.[1]);
    const own = found.filter((name) => name !== undefined && name !== 'static' && name !== 'constructor');
    return [match[1], [...new Set(own)]];
  });
}

function bodyFrom(code, start) {
  let depth = 1;
  let end = start;
  while (depth > 0 && end < code.length) {
    if (code[end] === '{') depth += 1;
    if (code[end] === '}') depth -= 1;
    end += 1;
  }
  return code.slice(start, end - 1);
}

/** Split at the semicolons that stand in no bracket. */
function statements(body) {
  const parts = [''];
  let depth = 0;
  for (const character of body) {
    if ('({['.includes(character)) depth += 1;
    if (')}]'.includes(character)) depth -= 1;
    if (character === ';' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}
