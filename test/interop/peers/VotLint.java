import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Array;
import java.nio.file.Files;
import java.nio.file.Paths;
import uk.ac.starlink.table.ColumnInfo;
import uk.ac.starlink.table.RowSequence;
import uk.ac.starlink.table.StarTable;
import uk.ac.starlink.table.StarTableFactory;
import uk.ac.starlink.ttools.Stilts;
import uk.ac.starlink.ttools.task.LineInvoker;

/**
 * Runs the command "stilts votlint" on every file of a list in one Java machine, through the class that the stilts
 * command hands its arguments to, and reads the table as stilts and TOPCAT do. Prints a JSON line for each file.
 */
public class VotLint {
  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    for (String line : Files.readAllLines(Paths.get(args[0]))) {
      ByteArrayOutputStream said = new ByteArrayOutputStream();
      PrintStream capture = new PrintStream(said, true, "UTF-8");
      System.setOut(capture);
      System.setErr(capture);
      int status = new LineInvoker("stilts", Stilts.getTaskFactory())
        .invoke(new String[] { "votlint", "maxrepeat=20", "votable=" + line }, () -> { });
      capture.flush();
      String lint = said.toString("UTF-8");
      String table;
      try {
        table = read(line);
      } catch (Exception e) {
        table = quote(e.toString());
      }
      out.println("{\"status\":" + status + ",\"lint\":" + quote(lint) + ",\"table\":" + table
        + ",\"said\":" + quote(said.toString("UTF-8").substring(lint.length())) + "}");
    }
  }

  private static String read(String file) throws Exception {
    StarTable table = new StarTableFactory().makeStarTable(file, "votable");
    StringBuilder text = new StringBuilder("{\"columns\":[");
    for (int i = 0; i < table.getColumnCount(); i++) {
      ColumnInfo info = table.getColumnInfo(i);
      text.append(i == 0 ? "" : ",").append("[" + quote(info.getName()) + "," + quote(info.getUnitString()) + ","
        + quote(info.getUCD()) + "," + quote(info.getContentClass().getSimpleName()) + "]");
    }
    text.append("],\"rows\":[");
    RowSequence rows = table.getRowSequence();
    for (boolean first = true; rows.next(); first = false) {
      text.append(first ? "[" : ",[");
      Object[] row = rows.getRow();
      for (int i = 0; i < row.length; i++) text.append(i == 0 ? "" : ",").append(cell(row[i]));
      text.append("]");
    }
    rows.close();
    return text.append("]}").toString();
  }

  private static String cell(Object value) {
    if (value == null || !value.getClass().isArray()) return one(value);
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < Array.getLength(value); i++) text.append(i == 0 ? "" : ",").append(one(Array.get(value, i)));
    return text.append("]").toString();
  }

  private static String one(Object value) {
    if (value instanceof Boolean) return (Boolean) value ? "\"T\"" : "\"F\"";
    if (value instanceof Float) {
      return ((Float) value).isNaN() ? "null" : String.format("\"%08x\"", Float.floatToIntBits((Float) value));
    }
    if (value instanceof Double) {
      return ((Double) value).isNaN() ? "null" : String.format("\"%016x\"", Double.doubleToLongBits((Double) value));
    }
    return value == null ? "null" : quote(value.toString());
  }

  private static String quote(String text) {
    if (text == null) return "null";
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') quoted.append(String.format("\\u%04x", (int) c));
      else quoted.append(c);
    }
    return quoted.append('"').toString();
  }
}
