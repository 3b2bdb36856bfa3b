package peers;

import cn.idev.excel.FastExcel;
import cn.idev.excel.context.AnalysisContext;
import cn.idev.excel.read.listener.ReadListener;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.poi.ss.usermodel.Cell;
import org.apache.poi.ss.usermodel.CellType;
import org.apache.poi.ss.usermodel.Row;
import org.apache.poi.ss.usermodel.Sheet;
import org.apache.poi.ss.usermodel.Workbook;
import org.apache.poi.ss.usermodel.WorkbookFactory;

/**
 * Milliseconds that Apache POI and FastExcel (the successor of EasyExcel) take to read a workbook, every cell of every
 * sheet, from bytes in memory.
 *
 * <p>usage: Read poi|fastexcel FILE [ROUNDS]
 */
public final class Read {
  private Read() {}

  public static void main(String[] args) throws Exception {
    byte[] bytes = Files.readAllBytes(Path.of(args[1]));
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 9;
    long cells = 0;
    List<String> times = new ArrayList<>();
    // The virtual machine compiles while it warms up: as many rounds again are not counted.
    for (int round = -rounds; round < rounds; round++) {
      long start = System.nanoTime();
      cells = args[0].equals("poi") ? poi(bytes) : fastExcel(bytes);
      if (round >= 0) {
        times.add(String.valueOf((System.nanoTime() - start) / 1e6));
      }
    }
    System.out.println(
        "{\"cells\":" + cells + ",\"times_ms\":[" + String.join(",", times) + "],\"peak_kib\":" + peakKib() + "}");
  }

  private static long poi(byte[] bytes) throws IOException {
    long cells = 0;
    try (Workbook book = WorkbookFactory.create(new ByteArrayInputStream(bytes))) {
      for (Sheet sheet : book) {
        for (Row row : sheet) {
          for (Cell cell : row) {
            cells += cell.getCellType() == CellType.BLANK ? 0 : 1;
          }
        }
      }
    }
    return cells;
  }

  private static long fastExcel(byte[] bytes) {
    long[] cells = {0};
    ReadListener<Map<Integer, String>> listener =
        new ReadListener<>() {
          @Override
          public void invoke(Map<Integer, String> row, AnalysisContext context) {
            cells[0] += row.values().stream().filter(value -> value != null).count();
          }

          @Override
          public void doAfterAllAnalysed(AnalysisContext context) {}
        };
    FastExcel.read(new ByteArrayInputStream(bytes), listener).headRowNumber(0).doReadAll();
    return cells[0];
  }

  private static long peakKib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return 0;
  }
}
