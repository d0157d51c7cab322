// JSAMP for the fuzzer: FuzzPeer.java decode | echo [milliseconds before a reply].
//
// decode: for each line of stdin, a document in base64, a line of JSON that says what JSAMP reads in it. echo: a client
// that echoes, and sends on demand, as fuzz_echo.py. Values are tagged as fuzz_tags.py says.
import java.io.*;
import java.lang.reflect.*;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.*;
import javax.xml.parsers.DocumentBuilderFactory;
import org.astrogrid.samp.*;
import org.astrogrid.samp.client.*;
import org.astrogrid.samp.xmlrpc.StandardClientProfile;
import org.astrogrid.samp.xmlrpc.internal.*;
import org.w3c.dom.Document;

public class FuzzPeer {
    static final PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true);

    static void write(StringBuilder text, Object value) {
        if (value instanceof List) {
            text.append("{\"l\":[");
            String gap = "";
            for (Object item : (List<?>) value) { text.append(gap); write(text, item); gap = ","; }
            text.append("]}");
        } else if (value instanceof Map) {
            text.append("{\"m\":[");
            String gap = "";
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                text.append(gap).append("[");
                write(text, entry.getKey());
                text.append(",");
                write(text, entry.getValue());
                text.append("]");
                gap = ",";
            }
            text.append("]}");
        } else {
            text.append('"');
            for (char c : String.valueOf(value).toCharArray()) {
                if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') text.append(String.format("\\u%04x", (int) c));
                else text.append(c);
            }
            text.append('"');
        }
    }

    static String json(Object value) {
        StringBuilder text = new StringBuilder();
        write(text, value);
        return text.toString();
    }

    /** Reads tagged JSON, as far as it is needed: strings, arrays and objects of one member. */
    static class Reader {
        final String text;
        int at = 0;
        Reader(String text) { this.text = text; }
        void need(char c) {
            if (text.charAt(at++) != c) throw new IllegalArgumentException("no " + c + " at " + (at - 1));
        }
        boolean has(char c) {
            if (text.charAt(at) != c) return false;
            at++;
            return true;
        }
        String string() {
            StringBuilder made = new StringBuilder();
            need('"');
            while (!has('"')) {
                char c = text.charAt(at++);
                if (c != '\\') { made.append(c); continue; }
                char kind = text.charAt(at++);
                int place = "nrtbf".indexOf(kind);
                if (kind == 'u') {
                    made.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                    at += 4;
                } else made.append(place < 0 ? kind : "\n\r\t\b\f".charAt(place));
            }
            return made.toString();
        }
        List<Object> array() {
            List<Object> list = new ArrayList<>();
            need('[');
            if (has(']')) return list;
            do list.add(value()); while (has(','));
            need(']');
            return list;
        }
        Object value() {
            if (text.charAt(at) == '"') return string();
            if (text.charAt(at) == '[') return array();
            need('{');
            String tag = string();
            need(':');
            List<Object> items = array();
            need('}');
            if (tag.equals("l")) return items;
            Map<Object, Object> map = new LinkedHashMap<>();
            for (Object item : items) map.put(((List<?>) item).get(0), ((List<?>) item).get(1));
            return map;
        }
    }

    static final Method deserialize = method();

    static Method method() {
        try {
            Method found = InternalClient.class.getDeclaredMethod("deserializeResponse", InputStream.class);
            found.setAccessible(true);
            return found;
        } catch (ReflectiveOperationException e) { throw new IllegalStateException(e); }
    }

    static String meaning(byte[] bytes) {
        try {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            if (text.contains("<methodResponse")) {
                Object value = deserialize.invoke(new InternalClient(new URL("http://127.0.0.1/")), new ByteArrayInputStream(bytes));
                return "{\"method\":\"\",\"value\":{\"l\":[" + (value == null ? "\"\"" : json(value)) + "]}}";
            }
            Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(bytes));
            XmlRpcCall call = XmlRpcCall.createCall(document);
            return "{\"method\":" + json(call.getMethodName()) + ",\"value\":" + json(call.getParams()) + "}";
        } catch (InvocationTargetException e) {
            Throwable why = e.getCause();
            return why.getClass().getName().endsWith("XmlRpcFault") ? "{\"fault\":" + json(why.getMessage()) + "}" : refused(why);
        } catch (Throwable e) { return refused(e); }
    }

    static String refused(Throwable why) { return "{\"refused\":" + json(why.getClass().getSimpleName()) + "}"; }

    static void echo(BufferedReader in, long pause) throws Exception {
        HubConnection connection = StandardClientProfile.getInstance().register();
        connection.setCallable(new CallableClient() {
            public void receiveNotification(String sender, Message message) {}
            public void receiveResponse(String responder, String tag, Response response) {}
            public void receiveCall(String sender, String id, Message message) throws Exception {
                Thread.sleep(pause);
                connection.reply(id, Response.createSuccessResponse(Collections.singletonMap("value", message.getParam("value"))));
            }
        });
        connection.declareSubscriptions(Collections.singletonMap("fuzz.echo", new HashMap<>()));
        out.println("{\"id\":" + json(connection.getRegInfo().getSelfId()) + "}");
        for (String line; (line = in.readLine()) != null;) {
            try {
                List<Object> asked = new Reader(line).array();
                Message message = new Message("fuzz.echo", Collections.singletonMap("value", asked.get(1)));
                Response response = connection.callAndWait((String) asked.get(0), message, 10);
                out.println("{\"value\":" + json(response.getResult().get("value")) + "}");
            } catch (Throwable e) { out.println("{\"error\":" + json(String.valueOf(e)) + "}"); }
        }
        connection.unregister();
        System.exit(0);
    }

    public static void main(String[] args) throws Exception {
        // what it cannot parse, the JDK's reader also prints
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        if (args[0].equals("echo")) echo(in, args.length > 1 ? Long.parseLong(args[1]) : 0);
        for (String line; (line = in.readLine()) != null;) out.println(meaning(Base64.getDecoder().decode(line)));
    }
}
