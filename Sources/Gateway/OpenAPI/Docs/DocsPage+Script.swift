extension DocsPage {
    static let script = show + schemas + trying + start

    /// Elements, and an operation with its parameters and answers.
    private static let show = #"""
        'use strict';
        let api;
        const values = {};

        // el('a.note', {href: '#'}, 'text', otherElement)
        function el(kind, attributes, ...children) {
          const [tag, ...classes] = kind.split('.');
          const element = document.createElement(tag);
          if (classes.length) element.className = classes.join(' ');
          for (const [name, value] of Object.entries(attributes || {})) {
            if (typeof value === 'function') element.addEventListener(name, value); else element.setAttribute(name, value);
          }
          element.append(...children.flat());
          return element;
        }

        // `code` and *stress* of descriptions.
        function prose(text) {
          return el('p', {}, text.split(/(`[^`]*`|\*[^*]*\*)/).map(part =>
            part[0] === '`' ? el('code', {}, part.slice(1, -1)) : part[0] === '*' ? el('em', {}, part.slice(1, -1)) : part));
        }

        function resolve(node) {
          while (node && node.$ref) node = node.$ref.slice(2).split('/').reduce((place, name) => place[name], api);
          return node;
        }

        const pretty = value => typeof value === 'string' ? value : JSON.stringify(value, null, 2);

        function operation(method, path, op) {
          const body = el('div');
          const details = el('details', {id: op.operationId}, el('summary', {},
            el('span.method.' + method, {}, method.toUpperCase()), el('span.path', {}, path), el('span.note', {}, op.summary)), body);
          details.dataset.words = (method + path + op.operationId + op.summary + op.tags).toLowerCase();
          details.addEventListener('toggle', () => { if (details.open && !body.firstChild) fill(body, method, path, op); });
          return details;
        }

        function fill(body, method, path, op) {
          const parameters = op.parameters.map(resolve);
          if (op.description) body.append(prose(op.description));
          body.append(el('p.note', {}, who(op.security)));
          if (parameters.length) body.append(el('h3', {}, 'Parameters'), el('table', {}, parameters.map(p => el('tr', {},
            el('td', {}, el('code', {}, p.name), p.required ? ' *' : ''), el('td', {}, p.in), el('td', {}, type(p.schema)),
            el('td', {}, prose(p.description || ''))))));
          if (op.requestBody) body.append(el('h3', {}, op.requestBody.required ? 'Body' : 'Body (may be left out)'),
            ...content(op.requestBody.content));
          body.append(el('h3', {}, 'Answers'));
          for (const [status, reference] of Object.entries(op.responses)) {
            const answer = resolve(reference);
            if (status[0] === '2') body.append(el('p', {}, el('b', {}, status), ' ' + answer.description), ...content(answer.content));
          }
          body.append(el('table', {}, Object.entries(op.responses).filter(([status]) => status[0] !== '2').map(([status, reference]) =>
            el('tr', {}, el('td', {}, el('b', {}, status)), el('td', {}, prose(resolve(reference).description))))));
          body.append(tryIt(method, path, op, parameters));
        }

        function who(security) {
          if (!security.length) return 'No key is needed.';
          return 'Needs ' + security.map(one => Object.entries(one).map(([scheme, roles]) =>
            (scheme === 'serverKey' ? 'a server key' : 'a key of the workspace') + (roles.length ? ', role ' + roles.join(', ') : ''))).join(', or ') + '.';
        }

        """#

    private static let schemas = #"""
        // A schema in a line; objects without a name as a list of their fields.
        function type(schema) {
          if (schema.$ref) {
            const name = schema.$ref.split('/').pop();
            return el('a', {href: '#schema-' + name}, name);
          }
          const choices = schema.oneOf || schema.anyOf;
          if (choices) return el('span', {}, choices.flatMap((choice, index) => index ? [' or ', type(choice)] : [type(choice)]));
          if ('const' in schema) return el('code', {}, JSON.stringify(schema.const));
          if (schema.enum) return el('span', {}, schema.enum.map(String).join(' | '));
          const name = [].concat(schema.type || 'any').join(' | ');
          if (schema.items) return el('span', {}, name.replace('array', 'array of '), type(schema.items));
          if (schema.properties && Object.keys(schema.properties).length) return fields(schema);
          if (schema.additionalProperties && schema.additionalProperties !== true) return el('span', {}, 'map of ', type(schema.additionalProperties));
          return el('span', {}, name + (schema.format ? ' (' + schema.format + ')' : '') + bounds(schema));
        }

        function bounds(schema) {
          const low = schema.minimum ?? schema.minLength, high = schema.maximum ?? schema.maxLength;
          if (low === undefined && high === undefined) return '';
          return ', ' + (high === undefined ? 'from ' + low : (low ?? 0) + ' to ' + high) + (schema.maxLength ? ' characters' : '');
        }

        function fields(schema) {
          return el('table', {}, Object.entries(schema.properties).map(([name, property]) => el('tr', {},
            el('td', {}, el('code', {}, name), (schema.required || []).includes(name) ? ' *' : ''), el('td', {}, type(property)),
            el('td', {}, property.description ? prose(property.description) : ''))));
        }

        function content(types) {
          return Object.entries(types || {}).flatMap(([name, media]) =>
            [el('p', {}, el('code', {}, name), ' ', type(media.schema)), el('pre', {}, pretty(media.example))]);
        }

        """#

    /// A call of the gateway. The key stays in its field: it is stored nowhere.
    private static let trying = #"""
        function tryIt(method, path, op, parameters) {
          const inputs = parameters.map(p => [p, el('input', {value: values[p.name] || '', placeholder: p.required ? 'required' : '',
            input: event => { values[p.name] = event.target.value; }})]);
          const types = Object.keys(op.requestBody ? op.requestBody.content : {});
          const kind = el('select', {}, types.map(name => el('option', {}, name)));
          const text = el('textarea', {spellcheck: 'false'}, types.length ? pretty(op.requestBody.content[types[0]].example) : '');
          const result = el('div');
          let asked = new AbortController();
          kind.addEventListener('change', () => { text.value = pretty(op.requestBody.content[kind.value].example); });
          const send = el('button', {click: async () => {
            send.disabled = true;
            asked.abort();
            asked = new AbortController();
            result.replaceChildren(el('p.note', {}, 'Asking …'));
            try { result.replaceChildren(...await call(method, path, inputs, types.length ? [kind.value, text.value] : null, asked.signal)); }
            catch (error) { result.replaceChildren(el('p', {}, 'No answer: ' + error.message)); }
            send.disabled = false;
          }}, 'Send');
          const rows = inputs.map(([p, input]) => el('tr', {}, el('td', {}, el('code', {}, p.name)), el('td', {}, input)));
          const open = el('details', {}, el('summary', {}, 'Try it'), el('div', {}, el('table', {}, rows),
            types.length ? [types.length > 1 ? kind : '', text] : '', el('p', {}, send), result));
          // What was typed for another operation is taken along.
          open.addEventListener('toggle', () => inputs.forEach(([p, input]) => { input.value = values[p.name] || ''; }));
          return open;
        }

        async function call(method, path, inputs, body, signal) {
          const headers = {}, query = new URLSearchParams();
          for (const [p, {value}] of inputs) {
            if (p.in === 'path') path = path.replace('{' + p.name + '}', encodeURIComponent(value));
            else if (value && p.in === 'query') query.set(p.name, value);
            else if (value) headers[p.name] = value;
          }
          const key = document.getElementById('key').value.trim();
          if (key) headers.Authorization = 'Bearer ' + key;
          const request = {method: method.toUpperCase(), headers, credentials: 'omit', cache: 'no-store', signal};
          if (body && body[1].trim()) { headers['Content-Type'] = body[0]; request.body = body[1]; }
          const start = performance.now();
          const answer = await fetch(path + (query.size ? '?' + query : ''), request);
          const time = Math.round(performance.now() - start);
          const shown = el('pre');
          read(answer, shown).catch(error => shown.append('\n' + error.message));
          return [el('p', {}, el('b', {}, answer.status + ' ' + answer.statusText), ' in ' + time + ' ms'),
            el('pre', {}, [...answer.headers].map(([name, value]) => name + ': ' + value).join('\n')), shown];
        }

        // As it comes: a stream of events may never end.
        async function read(answer, shown) {
          if (!answer.body) return;
          const reader = answer.body.getReader(), decoder = new TextDecoder();
          let text = '';
          for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
            text += decoder.decode(piece.value, {stream: true});
            if (text.length > 200000) { reader.cancel(); text = text.slice(0, 200000) + '\n…'; }
            shown.textContent = text;
          }
          try { shown.textContent = pretty(JSON.parse(text)); } catch { /* shown as it is */ }
        }

        """#

    private static let start = #"""
        function show(description) {
          api = description;
          const sections = api.tags.map(tag => el('section', {}, el('h2', {}, tag.name), prose(tag.description),
            Object.entries(api.paths).flatMap(([path, methods]) => Object.entries(methods)
              .filter(([, op]) => op.tags[0] === tag.name).map(([method, op]) => operation(method, path, op)))));
          const schemas = Object.entries(api.components.schemas).map(([name, schema]) => el('details', {id: 'schema-' + name},
            el('summary', {}, name), el('div', {}, schema.description ? prose(schema.description) : '', type(schema))));
          document.getElementById('main').replaceChildren(...api.info.description.split('\n\n').map(prose),
            el('p', {}, el('a', {href: '/api/v1/openapi.json'}, '/api/v1/openapi.json')), ...sections,
            el('section', {}, el('h2', {}, 'Schemas'), prose('Fields with * are always there, or required.'), schemas));
          openTarget();
        }

        function openTarget() {
          const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
          if (target) { target.open = true; target.scrollIntoView(); }
        }

        document.getElementById('find').addEventListener('input', event => {
          const word = event.target.value.toLowerCase();
          for (const one of document.querySelectorAll('[data-words]')) one.hidden = !one.dataset.words.includes(word);
        });
        addEventListener('hashchange', openTarget);
        fetch('/api/v1/openapi.json').then(answer => answer.json()).then(show)
          .catch(error => document.getElementById('main').replaceChildren(el('p', {}, 'The description could not be read: ' + error.message)));
        """#
}
